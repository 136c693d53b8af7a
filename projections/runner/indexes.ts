import { sql } from 'kysely';
import { createPool } from '../../src/platform/postgres.js';
import type { Checkpoint, CheckpointDb } from './checkpoint.js';
import { type ReadModel, relationsOf } from './model.js';
import { columnName, keyFields, qualifiedName } from './tables.js';

interface Place {
  readonly db: CheckpointDb;
  /** For connections of their own, where there are many rows. */
  readonly connectionString: string;
}

/** Two connections take longer to open than indexes of fewer events to make. */
const eventsForTwo = 10_000;

/**
 * After the load, which is faster without them; statistics too, so that the first query is planned well. A table
 * without indexes is only asked for keys, and of the rest, whose values take long to compare, nobody asks.
 */
export async function createIndexes(
  { db, connectionString }: Place,
  model: ReadModel,
  { generation, count }: Pick<Checkpoint, 'generation' | 'count'>,
): Promise<void> {
  const tables = relationsOf(model).map((table) => ({ ...table, name: qualifiedName(table, generation) }));
  const indexes = tables.flatMap(({ name, indexes }) =>
    indexes.map((index) => `create index on ${name} ${index}`),
  );
  const statistics = tables.map((table) => {
    const columns = table.indexes.length > 0 ? '' : `(${keyFields(table).map(columnName).join(', ')})`;
    return `${table.name} ${columns}`;
  });
  const byTwo = indexes.length > 1 && count >= eventsForTwo;
  if (byTwo) await runByTwo(connectionString, indexes);
  await db.transaction().execute(async (transaction) => {
    // All this takes its time; nobody waits for these tables yet.
    await sql`set local statement_timeout = 0`.execute(transaction);
    for (const statement of [...(byTwo ? [] : indexes), `analyze ${statistics.join(', ')}`]) {
      await sql.raw(statement).execute(transaction);
    }
  });
}

/**
 * Postgres with workers of its own for each index takes half as long again. No commit waits for the disk: the switch,
 * which comes later, does, and all before it is on disk then.
 */
const settings = 'set max_parallel_maintenance_workers = 0; set synchronous_commit = off';

/** @throws what the first that fails throws, once none is under way */
async function runByTwo(connectionString: string, statements: readonly string[]): Promise<void> {
  const pool = createPool(connectionString, {
    applicationName: 'compass-read-model-indexes',
    max: 2,
    statementTimeoutMilliseconds: 0,
  });
  const left = statements.values();
  async function runSome(): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query(settings);
      for (const statement of left) await client.query(statement);
    } finally {
      client.release();
    }
  }
  try {
    const settled = await Promise.allSettled([runSome(), runSome()]);
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
  } finally {
    await pool.end();
  }
}
