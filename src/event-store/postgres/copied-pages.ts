import type pg from 'pg';
import { type CopyToStreamQuery, to } from 'pg-copy-streams';
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
  const { events, head } = rowsIn(await copy(pool, `copy (${rows}) to stdout (format binary)`));
  requireWhole(after, events);
  return { events, caughtUp: (events.at(-1)?.position ?? after) === (head ?? after) };
}

/**
 * The driver sets a time for every answer, and is told by this that it came. Streams of COPY do not tell it, and would
 * hear of an answer that is late long after they ended.
 */
type Answered = CopyToStreamQuery & { callback?: () => void };

async function copy(pool: pg.Pool, statement: string): Promise<Buffer> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw explainFailure(new Unsent('There is no connection to the log.', { cause }));
  });
  const copied: Answered = to(statement);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of client.query(copied) as AsyncIterable<Buffer>) chunks.push(chunk);
    client.release();
  } catch (error) {
    client.release(true);
    throw explainFailure(error);
  } finally {
    copied.callback?.();
  }
  return Buffer.concat(chunks);
}

/** A signature, flags, and the length of an extension that no version has. */
const headerLength = 19;

/** @see https://www.postgresql.org/docs/18/sql-copy.html, "Binary Format" */
function rowsIn(bytes: Buffer): { readonly events: RecordedEvent[]; readonly head: Position | undefined } {
  const events: RecordedEvent[] = [];
  let at = headerLength;
  let headAt: number | undefined;

  function skip(): number {
    const from = at + 4;
    at = from + bytes.readInt32BE(at);
    return from;
  }
  const text = (): string => bytes.toString('utf8', skip(), at);
  const part = (): Buffer => bytes.subarray(skip(), at);
  const integer = (): bigint => bytes.readBigInt64BE(skip());

  // Each row begins with the number of its fields, which is negative behind the last.
  while (bytes.readInt16BE(at) >= 0) {
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
    // The same in all rows.
    headAt = skip();
  }
  const head = headAt === undefined ? undefined : (String(bytes.readBigInt64BE(headAt)) as Position);
  return { events, head };
}
