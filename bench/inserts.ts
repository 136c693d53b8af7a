import { randomUUID } from 'node:crypto';
import pg from 'pg';

export interface InsertedEvent {
  readonly type: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

export interface Inserts {
  insert(stream: string): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * What the machine does without the product: one event, one statement, one commit, into a table of the shape
 * of the log beside it.
 * @param url of a database that has the log
 */
export async function prepareInserts(
  url: string,
  connections: number,
  event: InsertedEvent,
): Promise<Inserts> {
  const pool = new pg.Pool({ connectionString: url, max: connections });
  await pool.query('create table if not exists inserts (like log.events including all)');
  await pool.query('create sequence if not exists insert_positions');
  return {
    insert: (stream) =>
      pool.query({
        name: 'insert',
        text: insertText,
        values: [stream, randomUUID(), event.type, event.data, event.metadata],
      }),
    close: () => pool.end(),
  };
}

const insertText = `
  insert into inserts (position, stream, revision, id, type, data, metadata)
  values (nextval('insert_positions'), $1, 1, $2, $3, $4, $5)`;

/** Writes to new streams by so many callers, each waiting for its answer. @returns writes a second */
export async function perSecond(
  write: (stream: string) => Promise<unknown>,
  callers: number,
  seconds: number,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  async function call(): Promise<void> {
    while (performance.now() < end) {
      await write(`key-${randomUUID()}`);
      count += 1;
    }
  }
  await Promise.all(Array.from({ length: callers }, call));
  return count / seconds;
}
