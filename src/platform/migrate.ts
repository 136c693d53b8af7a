import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';

/** The tables of one part of the product: its Postgres schema, and how they came to be. */
export interface SchemaHistory {
  readonly schema: string;
  /** By name, `0001_what_it_does`; applied in the order of their names, each once, never changed later. */
  readonly migrations: Record<string, Migration>;
}

/** The database was migrated by a newer version of this program. */
export class DatabaseNewer extends Error {
  override readonly name = 'DatabaseNewer';
}

/**
 * Brings schemas up to date, in the order in which they need each other; mostly one question finds that they are.
 * @throws as `migrate`
 */
export async function migrateAll(pool: pg.Pool, histories: readonly SchemaHistory[]): Promise<void> {
  if (await areUpToDate(pool, histories)) return;
  for (const history of histories) await migrate(pool, history);
}

/**
 * Brings the schema up to date, creating it if missing. Safe when several processes do it at once:
 * they take turns. All pending migrations happen, or none.
 * @returns names of the migrations applied now
 * @throws DatabaseNewer before anything is changed; the error of the migration that failed
 */
export async function migrate(pool: pg.Pool, history: SchemaHistory): Promise<string[]> {
  if (await areUpToDate(pool, [history])) return [];
  const db = openConnection(pool);
  try {
    await sql`select pg_advisory_lock(hashtext(${`migrate ${history.schema}`}))`.execute(db);
    return await migrateOn(db, history);
  } finally {
    await db.destroy();
  }
}

/** One question, as most starts find nothing to do, and finding that out in order takes a dozen, and a connection. */
async function areUpToDate(pool: pg.Pool, histories: readonly SchemaHistory[]): Promise<boolean> {
  const parts = histories.map(({ schema }) => {
    const table = [pg.escapeIdentifier(schema), pg.escapeIdentifier('migration')].join('.');
    return `select ${pg.escapeLiteral(schema)} as schema, name from ${table}`;
  });
  const known = histories.flatMap(({ schema, migrations }) =>
    Object.keys(migrations).map((name) => `${schema}.${name}`),
  );
  try {
    const { rows } = await pool.query<{ schema: string; name: string }>(parts.join(' union all '));
    const applied = rows.map(({ schema, name }) => `${schema}.${name}`);
    return applied.toSorted().join() === known.toSorted().join();
  } catch (error) {
    if (error instanceof pg.DatabaseError && missing.has(error.code ?? '')) return false;
    throw error;
  }
}

/** Neither the table nor its schema is there. */
const missing = new Set(['42P01', '3F000']);

/**
 * One connection to the same database, which holds the lock until it is closed. Without time-outs: a
 * migration may take its time, and so may the turn of another process.
 */
function openConnection(pool: pg.Pool): Kysely<unknown> {
  const own = new pg.Pool({
    ...pool.options,
    max: 1,
    idleTimeoutMillis: 0,
    statement_timeout: 0,
    lock_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // Whoever uses the connection is told by the query; unheard, an error between two would end the process.
  const ignore = (): void => undefined;
  own.on('error', ignore).on('connect', (client) => client.on('error', ignore));
  return new Kysely({ dialect: new PostgresDialect({ pool: own }) });
}

async function migrateOn(db: Kysely<unknown>, { schema, migrations }: SchemaHistory): Promise<string[]> {
  await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
  await refuseNewer(db, schema, Object.keys(migrations));
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: schema,
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) throw error instanceof Error ? error : new Error('The migration failed.', { cause: error });
  return results.map(({ migrationName }) => migrationName);
}

async function refuseNewer(db: Kysely<unknown>, schema: string, known: string[]): Promise<void> {
  const table = `${schema}.migration`;
  const exists = await sql<{ found: boolean }>`select to_regclass(${table}) is not null as found`.execute(db);
  if (!exists.rows[0]?.found) return;
  const applied = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(db);
  const unknown = applied.rows.map(({ name }) => name).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new DatabaseNewer(
    `The database was used by a newer version of Compass Keys: its schema "${schema}" has ` +
      `${unknown.join(', ')}, which this version does not know. Start that version or a later one.`,
  );
}
