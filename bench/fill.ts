import pg from 'pg';
import { createCodec } from '../src/event-store/codec/codec.js';
import { encodeByteaArray } from '../src/event-store/postgres/bytea-array.js';
import { migrations } from '../src/event-store/postgres/index.js';
import { createMemoryKeyRing } from '../src/platform/key-ring.js';
import { migrate } from '../src/platform/migrate.js';
import {
  type InventedStream,
  inventPopulation,
  type Population,
  type PopulationOptions,
} from './population.js';

const eventsPerInsert = 4_000;
const connections = 2;

/**
 * Fills the log of an empty database with a team of so many keys: the bytes that the product would store, at
 * the positions where it would, but many rows a statement, since nobody else appends.
 */
export async function fillLog(
  url: string,
  keysCount: number,
  options: PopulationOptions = {},
): Promise<Population> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    options: '-c synchronous_commit=off',
  });
  await migrate(pool, { schema: 'log', migrations });
  // Nothing that a team's keys tell is sealed, so the data keys of this ring are never used.
  const codec = createCodec(createMemoryKeyRing());
  const { population, streams } = inventPopulation(keysCount, options);
  let position = 0;
  const underWay = new Set<Promise<unknown>>();

  async function write(some: readonly InventedStream[]): Promise<void> {
    const events = some.flatMap((one) =>
      one.events.map((event, index) => ({ stream: one.stream, revision: index + 1, event })),
    );
    const first = position + 1;
    position += events.length;
    const encoded = await codec.encode(events.map(({ event }) => event));
    while (underWay.size >= connections) await Promise.race(underWay);
    const inserted = pool
      .query({
        name: 'fill',
        text: insertText,
        values: [
          first,
          events.map(({ stream }) => stream),
          events.map(({ revision }) => revision),
          encoded.map(({ id }) => id),
          encoded.map(({ type }) => type),
          encodeByteaArray(encoded.map(({ data }) => data)),
          encodeByteaArray(encoded.map(({ metadata }) => metadata)),
        ],
      })
      .finally(() => underWay.delete(inserted));
    underWay.add(inserted);
  }

  let some: InventedStream[] = [];
  for (const stream of streams) {
    some.push(stream);
    if (some.length < eventsPerInsert / 2) continue;
    await write(some);
    some = [];
  }
  if (some.length > 0) await write(some);
  await Promise.all(underWay);
  await pool.query('vacuum analyze log.events');
  await pool.end();
  return population;
}

const insertText = `
  insert into log.events (position, stream, revision, id, type, data, metadata)
  select $1::bigint + number - 1, stream, revision, id, type, data, metadata
  from unnest($2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[])
    with ordinality e (stream, revision, id, type, data, metadata, number)`;
