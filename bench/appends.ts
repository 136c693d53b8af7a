import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { createPostgresEventStore, migrations } from '../src/event-store/postgres/index.js';
import { migrate } from '../src/platform/migrate.js';
import { type BenchRow, median } from './row.js';

type Append = (stream: string) => Promise<unknown>;

const callers = 64;
const roundSeconds = 2;
const rounds = 5;
const event = { type: 'KeyRevoked', data: randomBytes(500), metadata: randomBytes(400) };

/**
 * Appends of one event to new streams by 64 callers at once, each waiting for its answer, beside the
 * same callers inserting the same event into a table of the same shape, one statement each, through a
 * pool of 64 connections. They take turns, so that both meet the same machine.
 * @param url of an empty database
 */
export async function benchAppends(url: string): Promise<BenchRow[]> {
  const pool = new pg.Pool({ connectionString: url, max: callers });
  await migrate(pool, { schema: 'log', migrations });
  await pool.query('create table inserts (like log.events including all)');
  await pool.query('create sequence insert_positions');
  const store = createPostgresEventStore({ url });
  const append: Append = (stream) => store.append(stream, 0n, [{ id: randomUUID(), ...event }]);
  const insert: Append = (stream) =>
    pool.query({ name: 'insert', text: insertText, values: valuesOf(stream) });

  await appendsPerSecond(append);
  await appendsPerSecond(insert);
  const ours: number[] = [];
  const limit: number[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await appendsPerSecond(append));
    limit.push(await appendsPerSecond(insert));
  }
  await store.close();
  await pool.end();
  return [
    {
      name: `appends, ${callers} callers, beside single inserts`,
      ours: median(ours),
      limit: median(limit),
      unit: 'events/s',
      ratio: median(ours.map((one, round) => one / (limit[round] ?? 0))),
      target: 2,
      limitedBy: 'both cores: this process encoding groups, Postgres inserting them',
      notes: [],
    },
  ];
}

const insertText = `
  insert into inserts (position, stream, revision, id, type, data, metadata)
  values (nextval('insert_positions'), $1, 1, $2, $3, $4, $5)`;

function valuesOf(stream: string): unknown[] {
  return [stream, randomUUID(), event.type, event.data, event.metadata];
}

async function appendsPerSecond(append: Append): Promise<number> {
  const end = performance.now() + roundSeconds * 1_000;
  let count = 0;
  async function call(): Promise<void> {
    while (performance.now() < end) {
      await append(`key-${randomUUID()}`);
      count += 1;
    }
  }
  await Promise.all(Array.from({ length: callers }, call));
  return count / roundSeconds;
}
