import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { migrations, readSchema } from '../../projections/migrations/index.js';
import { readModels } from '../../projections/models.js';
import { createFollowers } from '../../projections/runner/followers.js';
import type { AnyTable, ReadModel, Relation } from '../../projections/runner/model.js';
import type { RunnerOptions } from '../../projections/runner/options.js';
import { createRunner, type Runner } from '../../projections/runner/runner.js';
import type { DomainEvent, Metadata, Recorded } from '../../src/domain/recorded.js';
import { createCodec } from '../../src/event-store/codec/codec.js';
import { createLedger, type Ledger } from '../../src/event-store/ledger.js';
import { createMemoryEventStore } from '../../src/event-store/memory/index.js';
import { type Position, start } from '../../src/event-store/port.js';
import { systemClock } from '../../src/platform/clock.js';
import { newId } from '../../src/platform/ids.js';
import { createMemoryKeyRing } from '../../src/platform/key-ring.js';
import { migrate } from '../../src/platform/migrate.js';
import { createKysely, createPool } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { metadata } from './projection-events.js';

/** A log in memory, and a database for read models of it. */
export interface House {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly db: Kysely<unknown>;
  readonly ledger: Ledger;
  /** Appends an event to the end of its stream. @returns its position */
  append(stream: string, event: DomainEvent, about?: Partial<Metadata>): Promise<Position>;
  /** Everything in the log. */
  events(): Promise<Recorded[]>;
  /** A runner, as of one more process; `close` stops it. */
  runner(changes?: Partial<RunnerOptions>): Runner;
  /** What runners had to say. */
  readonly said: { readonly level: string; readonly facts: object; readonly words: string }[];
  /** What queries see of a table, by key. */
  rows(table: Relation): Promise<Map<string, object>>;
  close(): Promise<void>;
}

/** @param from tables: those of all read models, empty, which runners need not make any more; nothing: none of them */
export async function openHouse(from: 'tables' | 'nothing' = 'tables'): Promise<House> {
  const database = await createTestDatabase(
    from === 'tables'
      ? { template: 'tables', prepare: makeTables }
      : { template: 'read', prepare: migrateRead },
  );
  return openOn(database);
}

async function openOn(database: TestDatabase): Promise<House> {
  const pool = createPool(database.url, { applicationName: 'projection-spec', max: 20 });
  const db = createKysely<unknown>(pool);
  const ledger = createLedger(createMemoryEventStore(), createCodec(createMemoryKeyRing()));
  const runners: Runner[] = [];
  const said: House['said'] = [];
  const say = (level: string) => (facts: object, words: string) => void said.push({ level, facts, words });
  const log = { info: say('info'), warn: say('warn'), error: say('error') };
  const lengths = new Map<string, number>();

  return {
    url: database.url,
    pool,
    db,
    ledger,
    said,
    async append(stream, event, about) {
      const length = lengths.get(stream) ?? 0;
      lengths.set(stream, length + 1);
      const result = await ledger.append(stream, length, [{ id: newId(), event, metadata: metadata(about) }]);
      if (!result.ok) throw new Error(`${stream} has ${result.actual} events.`);
      return result.position;
    },
    events: () => eventsOf(ledger),
    runner(changes = {}) {
      const options = {
        db,
        ledger,
        log,
        connectionString: database.url,
        models: readModels,
        clock: systemClock,
        ...changes,
      };
      const runner = createRunner({ ...options, followers: createFollowers(options) });
      runners.push(runner);
      return runner;
    },
    async rows(table) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${view(table)}`.execute(db);
      return byKey(table, rows.map(withNumbers));
    },
    async close() {
      await Promise.all(runners.map((runner) => runner.stop()));
      await db.destroy();
      await database.drop();
    },
  };
}

async function migrateRead(url: string): Promise<void> {
  const pool = createPool(url, { applicationName: 'projection-spec' });
  await migrate(pool, { schema: readSchema, migrations });
  await pool.end();
}

async function makeTables(url: string): Promise<void> {
  await migrateRead(url);
  const house = await openOn({ url, drop: async () => undefined });
  await house.runner().start();
  await house.close();
}

async function eventsOf(ledger: Ledger): Promise<Recorded[]> {
  const done = new AbortController();
  const events: Recorded[] = [];
  for await (const batch of ledger.follow({ after: start, signal: done.signal })) {
    events.push(...batch.events);
    if (batch.caughtUp) break;
  }
  done.abort();
  return events;
}

function view(table: Relation) {
  return sql.table(`${readSchema}.${table.name}`);
}

function withNumbers(row: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}

function byKey(table: Relation, rows: readonly object[]): Map<string, object> {
  const fields = [table.key].flat();
  return new Map(
    rows.map((row) => [fields.map((field) => String(row[field as keyof typeof row])).join(' '), row]),
  );
}

/** The rows a table should have: a fold, with nothing but the functions of the table. */
export function foldOf(table: AnyTable, events: readonly Recorded[]): Map<string, object> {
  const rows = new Map<string, object>();
  for (const [index, recorded] of events.entries()) {
    for (const key of table.keysOf(recorded)) {
      const row = table.apply(rows.get(key), recorded, key, index);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  }
  return rows;
}

/** The rows each table of the models should have, and each that is derived from one. */
export function foldsOf(
  models: readonly ReadModel[],
  events: readonly Recorded[],
): [relation: Relation, rows: Map<string, object>][] {
  return models
    .flatMap(({ tables }) => tables)
    .flatMap((table) => {
      const rows = foldOf(table, events);
      const { derived } = table;
      const own: [Relation, Map<string, object>] = [table, rows];
      if (!derived) return [own];
      const all = [...rows.values()].flatMap((row) => derived.of(row));
      return [own, [derived, byKey(derived, all)]];
    });
}

/** Queries see exactly what the log says, in every table. */
export async function expectParity(house: House, models: readonly ReadModel[] = readModels): Promise<void> {
  const events = await house.events();
  for (const [table, rows] of foldsOf(models, events)) {
    expect([table.name, await house.rows(table)]).toEqual([table.name, rows]);
  }
}

/** Waits until the runner's models have everything that is in the log. */
export async function settle(house: House, runner: Runner, models?: readonly string[]): Promise<void> {
  const position = await house.ledger.head();
  const options = { timeoutMilliseconds: 20_000, ...(models && { models }) };
  if (!(await runner.waitFor(position, options))) throw new Error(JSON.stringify(runner.status()));
}
