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
import { createIndexes } from '../projections/runner/indexes.js';
import { createTables, pointViews } from '../projections/runner/tables.js';
import { migrate } from '../src/platform/migrate.js';
import { createKysely, createPool } from '../src/platform/postgres.js';
import { fillKeys, pickFilters } from './many-keys.js';
import { type BenchRow, compare, inTurns } from './row.js';

/** Few and many take turns, so that a neighbour on the machine slows both; the median forgets its worst moments. */
const usual = { fewKeys: 10_000, manyKeys: 1_000_000, rounds: 5, pagesARound: 60 };
type Size = typeof usual;
/** As the service asks for a page of 50: one more tells of another. */
const limit = 51;
const sorts = keySorts.filter((sort) => /^-?(createdAt|name)$/.test(sort));

/** A team's keys in a database of their own. */
interface Team {
  readonly db: Kysely<unknown>;
  readonly keysCount: number;
}

interface Case {
  readonly name: string;
  readonly pick: (keysCount: number) => KeyFilters;
  readonly sort: KeySort;
}

/** The 99th percentile of a page of many keys, beside that of few, in milliseconds. */
interface Latency extends Pick<BenchRow, 'ours' | 'limit' | 'ratio'> {
  readonly name: string;
}

/**
 * Pages of keys by every indexed filter in every indexed order, of a team with a million keys beside one with
 * ten thousand: the 99th percentile of a page, of the filter and order that loses most.
 * @param makeDatabase gives the URL of a new one, for the caller to drop
 * @param tell is given a line for whoever waits
 * @param size as few as a test wants, or as many as it takes to measure
 */
export async function benchLists(
  makeDatabase: (name: string) => Promise<string>,
  tell: (line: string) => void,
  size: Size = usual,
): Promise<BenchRow> {
  const latencies = await withTeam(await makeDatabase('lists_few'), size.fewKeys, tell, async (few) =>
    withTeam(await makeDatabase('lists_many'), size.manyKeys, tell, (many) =>
      measure({ few, many, size, tell }),
    ),
  );
  return rowOf(
    latencies.toSorted((a, b) => b.ratio - a.ratio),
    size,
  );
}

function rowOf(latencies: readonly Latency[], { fewKeys, manyKeys }: Size): BenchRow {
  const [worst = { name: 'none', ours: Number.NaN, limit: Number.NaN, ratio: Number.NaN }] = latencies;
  const [many, few] = [manyKeys.toLocaleString('en'), fewKeys.toLocaleString('en')];
  return {
    ...worst,
    name: `lists at ${many} keys beside ${few}, worst: ${worst.name}`,
    unit: 'ms a page at p99',
    target: 3,
    lessIsBetter: true,
    limitedBy:
      'one core of Postgres: what the index of parts of names finds is intersected, fetched and sorted',
    notes: [
      'lists: the tables were filled by SQL, not through the log; queries are those of the product, one caller. A ' +
        'project finds a hundredth of the keys, an environment a fifth; a small user, resource or label 100 keys ' +
        `in either team, a large one 100 of ${few} and 10,000 of ${many}.`,
      ...latencies.map(
        ({ name, ours, limit, ratio }) =>
          `list ${name}: p99 ${ours.toFixed(2)} ms, at ${few} keys ${limit.toFixed(2)} ms, ` +
          `${ratio.toFixed(1)} times.`,
      ),
    ],
  };
}

async function withTeam<T>(
  url: string,
  keysCount: number,
  tell: (line: string) => void,
  use: (team: Team) => Promise<T>,
): Promise<T> {
  const db = connect(url);
  try {
    tell(`Filling a table with ${keysCount.toLocaleString('en')} keys.`);
    await fill(url, db, keysCount);
    return await use({ db, keysCount });
  } finally {
    await db.destroy();
  }
}

function connect(url: string): Kysely<unknown> {
  return createKysely(createPool(url, { applicationName: 'bench-lists', statementTimeoutMilliseconds: 0 }));
}

async function fill(url: string, db: Kysely<unknown>, keysCount: number): Promise<void> {
  const withSettings = new URL(url);
  // More memory than by default to make the indexes of a million rows in.
  withSettings.searchParams.set('options', '-c maintenance_work_mem=512MB');
  const pool = createPool(url, { applicationName: 'bench-lists' });
  await migrate(pool, { schema: readSchema, migrations });
  await pool.end();
  for (const [generation, model] of [keysModel, lastUsedModel].entries()) {
    const checkpoints = db as CheckpointDb;
    await createTables(checkpoints, model, generation + 1);
    if (model === keysModel) await fillKeys(db, keysCount);
    const filled = { generation: generation + 1, count: keysCount };
    await createIndexes({ db: checkpoints, connectionString: withSettings.href }, model, filled);
    await pointViews(checkpoints, model, generation + 1);
  }
  await sql`vacuum analyze`.execute(db);
}

interface Teams {
  readonly few: Team;
  readonly many: Team;
  readonly size: Size;
  readonly tell: (line: string) => void;
}

async function measure({ few, many, size, tell }: Teams): Promise<Latency[]> {
  const latencies: Latency[] = [];
  for (const [filter, pick] of Object.entries(pickFilters)) {
    tell(`Turning pages: ${filter}.`);
    for (const sort of sorts) {
      if (mustScan(pick(size.fewKeys), sort)) continue;
      const one = { name: `${filter} by ${sort}`, pick, sort };
      const taken = await inTurns(size.rounds, {
        few: async () => percentile(await turnPages(few, one, size)),
        many: async () => percentile(await turnPages(many, one, size)),
      });
      latencies.push({ name: one.name, ...compare(taken.many, taken.few) });
    }
  }
  return latencies;
}

/** First pages and second ones in turn, each pair with a value of its own. @returns milliseconds each */
async function turnPages(
  { db, keysCount }: Team,
  { pick, sort }: Case,
  { pagesARound }: Size,
): Promise<number[]> {
  const at = new Date().toISOString();
  const taken: number[] = [];
  // What is asked first finds nothing in memory: a tenth is for that.
  for (let call = -pagesARound / 10; call < pagesARound; call += 2) {
    const filters = pick(keysCount);
    let after: KeyPlace | undefined;
    for (let page = 0; page < 2; page++) {
      const began = performance.now();
      const listing = { teamId: 'team-1', filters, sort, at, limit, ...(after && { after }) };
      const rows = await listKeys(db, listing);
      if (call >= 0) taken.push(performance.now() - began);
      after = rows.at(-1)?.place;
    }
  }
  return taken;
}

function percentile(milliseconds: readonly number[]): number {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
