import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

export interface PoolOptions {
  /** Most connections at once. */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** How long to wait for a connection; also how long a caller waits for a free one. */
  readonly connectTimeoutMilliseconds?: number;
  /** Longest statement; 0 is no limit. */
  readonly statementTimeoutMilliseconds?: number;
  /** Longest wait for an answer by our clock, for a server that is frozen or cut off; absent is no limit. */
  readonly answerTimeoutMilliseconds?: number;
  /** Longest wait for a lock; 0 is no limit. */
  readonly lockTimeoutMilliseconds?: number;
  /** Longest pause inside a transaction, after which Postgres ends the connection. */
  readonly idleInTransactionTimeoutMilliseconds?: number;
  /** Told of connections that broke while nobody used them. */
  readonly onError?: (error: Error) => void;
}

/**
 * A pool of connections to the Postgres at a URL. `int8` comes as bigint, `timestamptz` as an ISO
 * instant with milliseconds. It survives the death of Postgres: queries fail, later ones connect anew.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const onError = options.onError ?? (() => undefined);
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMilliseconds ?? 5000,
    statement_timeout: options.statementTimeoutMilliseconds ?? 30_000,
    ...(options.answerTimeoutMilliseconds !== undefined && {
      query_timeout: options.answerTimeoutMilliseconds,
    }),
    lock_timeout: options.lockTimeoutMilliseconds ?? 10_000,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMilliseconds ?? 30_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  pool.on('error', onError);
  // A client that breaks while it is lent reports here, and to its query; unheard, it would end us.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/**
 * Opens connections before they are asked for. A new one is a process that PostgreSQL spends some 26 ms on, and a start
 * needs several, one after the other. Where that fails, whoever asks hears why.
 * @param pools one of a pool for each time that it is named
 */
export function connectAhead(...pools: readonly pg.Pool[]): void {
  for (const pool of pools) {
    pool.connect().then(
      (client) => client.release(),
      () => undefined,
    );
  }
}

/**
 * A query builder on the pool, with camelCase names for snake_case columns. What stands inside jsonb
 * keeps its names. Destroying it ends the pool.
 */
export function createKysely<Database>(pool: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}

// Only our own pools read these types so; the parsers of the driver are shared by the whole process.
const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format): ((text: string) => unknown) => {
  if (oid === pg.types.builtins.INT8) return BigInt;
  if (oid === pg.types.builtins.TIMESTAMPTZ) return toInstant;
  return pg.types.getTypeParser(oid, format) as (text: string) => unknown;
};

/** From `2026-11-21 10:00:00.123456+00`, whatever the time zone of the session. */
export function toInstant(text: string): string {
  return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
}
