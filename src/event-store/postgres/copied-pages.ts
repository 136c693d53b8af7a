import type pg from 'pg';
import { copyOut } from '../../platform/copy-out.js';
import type { Page } from '../following/follow.js';
import type { Position, RecordedEvent } from '../port.js';
import { Unsent } from './connections.js';
import { explainFailure } from './failures.js';
import { requireWhole, selectPage } from './read.js';

/** More than others read at once: who has the whole log to read asks less often. */
const eventsPerPage = 2_000;

/**
 * The next events of the log after a position, by COPY in binary: a third of the work of the messages of a query, for
 * both sides. Postgres must plan it each time, which is nothing beside a full page, and much beside a few events.
 */
export async function copyPage(pool: pg.Pool, after: Position): Promise<Page> {
  const page = selectPage(String(BigInt(after)), eventsPerPage);
  const rows = `select position::text, stream, revision, id::text, type, data, metadata, head from (${page}) as page`;
  const { events, head } = await copy(pool, `copy (${rows}) to stdout (format binary)`);
  requireWhole(after, events);
  return { events, caughtUp: (events.at(-1)?.position ?? after) === (head ?? after) };
}

interface Copied {
  readonly events: RecordedEvent[];
  readonly head: Position | undefined;
}

async function copy(pool: pg.Pool, statement: string): Promise<Copied> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw explainFailure(new Unsent('There is no connection to the log.', { cause }));
  });
  const reader = createReader();
  try {
    await copyOut(client, statement, reader.take);
    client.release();
  } catch (error) {
    client.release(true);
    throw explainFailure(error);
  }
  return reader.copied();
}

/** A signature, flags, and the length of an extension that no version has. */
const headerLength = 19;

/** @see https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format" */
function createReader(): { take(row: Buffer): void; copied(): Copied } {
  const events: RecordedEvent[] = [];
  let head: Position | undefined;
  let bytes: Buffer = Buffer.alloc(0);
  /** Only what comes first has a header. */
  let at = headerLength;

  function skip(): number {
    const from = at + 4;
    at = from + bytes.readInt32BE(at);
    return from;
  }
  const text = (): string => bytes.toString('utf8', skip(), at);
  // The driver reads what comes next into the same memory.
  const part = (): Buffer => Buffer.from(bytes.subarray(skip(), at));
  const integer = (): bigint => bytes.readBigInt64BE(skip());

  function take(row: Buffer): void {
    bytes = row;
    // Each row begins with the number of its fields, which is negative behind the last.
    while (at < bytes.length && bytes.readInt16BE(at) >= 0) {
      at += 2;
      events.push({
        position: text() as Position,
        stream: text(),
        revision: integer(),
        id: text(),
        type: text(),
        data: part(),
        metadata: part(),
      });
      const headAt = skip();
      // The same in all rows.
      head ??= String(bytes.readBigInt64BE(headAt)) as Position;
    }
    at = 0;
  }

  return { take, copied: () => ({ events, head }) };
}
