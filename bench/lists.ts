import { type Kysely, sql } from 'kysely';
import {
  type KeyFilters,
  type KeyPlace,
  type KeySort,
  keySorts,
  mustScan,
} from '../projections/keys/filters.js';
import { listKeys } from '../projections/keys/queries.js';
import { keysModel } from '../projections/keys/table.js';
import { lastUsedModel } from '../projections/last-used/table.js';
import { migrations, readSchema } from '../projections/migrations/index.js';
import type { CheckpointDb } from '../projections/runner/checkpoint.js';
import { createIndexes, createTables, pointViews } from '../projections/runner/tables.js';
import { migrate } from '../src/platform/migrate.js';
import { createKysely, createPool } from '../src/platform/postgres.js';
import { fillKeys, pickFilters } from './many-keys.js';
import type { BenchRow } from './row.js';

const fewKeys = 10_000;
const manyKeys = 1_000_000;
const callsCount = 100;
/** As the service asks for a page of 50: one more tells of another. */
const limit = 51;
const sorts = keySorts.filter((sort) => /^-?(createdAt|name)$/.test(sort));

/** The 99th percentile of a page, by filter and sort. */
type Latencies = ReadonlyMap<string, number>;

/**
 * Pages of keys by every indexed filter in every indexed order, of a team with a million keys beside one with
 * ten thousand. Written as pages a second at the 99th percentile, of the filter and order that loses most.
 * @param databaseUrl makes a database of its own beside it
 * @param tell is given a line for whoever waits
 */
export async function benchLists(
  makeDatabase: (name: string) => Promise<string>,
  tell: (line: string) => void,
): Promise<BenchRow> {
  const few = await measure(await makeDatabase('lists_few'), fewKeys, tell);
  const many = await measure(await makeDatabase('lists_many'), manyKeys, tell);
  const slowdown = (name: string) => (many.get(name) ?? Number.NaN) / (few.get(name) ?? Number.NaN);
  const names = [...few.keys()].sort((a, b) => slowdown(b) - slowdown(a));
  const worst = names[0] ?? '';
  const [ours, yardstick] = [1_000 / (many.get(worst) ?? 0), 1_000 / (few.get(worst) ?? 0)];
  return {
    name: `lists at ${manyKeys.toLocaleString('en')} keys beside ${fewKeys.toLocaleString('en')}, worst: ${worst}`,
    ours,
    limit: yardstick,
    unit: 'pages/s at p99',
    ratio: ours / yardstick,
    target: 1 / 3,
    limitedBy: 'one core of Postgres, fetching and sorting what indexes without an order find',
    notes: [
      'lists: the tables were filled by SQL, not through the log; queries are those of the product, one caller. A ' +
        'project finds a hundredth of the keys, an environment a fifth, a user, resource or label 100 of 10,000 ' +
        'keys and 1,000 of 1,000,000, which is what the last three cost: Postgres fetches and sorts all of them.',
      ...names.map(
        (name) =>
          `list ${name}: p99 ${many.get(name)?.toFixed(2)} ms, at ${fewKeys.toLocaleString('en')} keys ` +
          `${few.get(name)?.toFixed(2)} ms, ${slowdown(name).toFixed(1)} times.`,
      ),
    ],
  };
}

async function measure(url: string, keysCount: number, tell: (line: string) => void): Promise<Latencies> {
  const pool = createPool(url, { applicationName: 'bench-lists', statementTimeoutMilliseconds: 0 });
  const db = createKysely<unknown>(pool);
  try {
    tell(`Filling a table with ${keysCount.toLocaleString('en')} keys.`);
    await migrate(pool, { schema: readSchema, migrations });
    for (const [generation, model] of [keysModel, lastUsedModel].entries()) {
      const checkpoints = db as CheckpointDb;
      await createTables(checkpoints, model, generation + 1);
      if (model === keysModel) await fillKeys(db, keysCount);
      await createIndexes(checkpoints, model, generation + 1);
      await pointViews(checkpoints, model, generation + 1);
    }
    await sql`vacuum analyze`.execute(db);
    tell('Turning pages.');
    const latencies = new Map<string, number>();
    for (const [name, pick] of Object.entries(pickFilters)) {
      for (const sort of sorts) {
        if (mustScan(pick(keysCount), sort)) continue;
        latencies.set(`${name} by ${sort}`, await percentile(db, () => pick(keysCount), sort));
      }
    }
    return latencies;
  } finally {
    await db.destroy();
  }
}

/** First pages and second ones in turn, each with a value of its own. */
async function percentile(db: Kysely<unknown>, pick: () => KeyFilters, sort: KeySort): Promise<number> {
  const at = new Date().toISOString();
  const taken: number[] = [];
  // What is asked first finds nothing in memory: the first tenth is for that.
  for (let call = -callsCount / 10; call < callsCount; call += 2) {
    const filters = pick();
    let after: KeyPlace | undefined;
    for (let page = 0; page < 2; page++) {
      const began = performance.now();
      const rows = await listKeys(db, {
        teamId: 'team-1',
        filters,
        sort,
        at,
        limit,
        ...(after && { after }),
      });
      if (call >= 0) taken.push(performance.now() - began);
      after = rows.at(-1)?.place;
    }
  }
  return taken.sort((a, b) => a - b)[Math.ceil(taken.length * 0.99) - 1] ?? Number.NaN;
}
