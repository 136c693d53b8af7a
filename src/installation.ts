import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { migrations as readMigrations } from '../projections/migrations/index.js';
import type { Config } from './config/config.js';
import { createCodec } from './event-store/codec/codec.js';
import { createLedger, type Ledger } from './event-store/ledger.js';
import type { EventStore } from './event-store/port.js';
import {
  createPostgresEventStore,
  type GroupReport,
  migrations as logMigrations,
} from './event-store/postgres/index.js';
import { migrations as accountMigrations } from './identity/migrations.js';
import { borrowEmbeddedPostgres, startEmbeddedPostgres } from './platform/embedded-postgres/server.js';
import { createKeyRing, migrations as ringMigrations, type SealedKeyRing } from './platform/key-ring.js';
import { migrations as linkMigrations } from './platform/links.js';
import type { Log } from './platform/log.js';
import { openMasterKey } from './platform/master-key.js';
import { migrateAll } from './platform/migrate.js';
import { connectAhead, createKysely, createPool, type PoolOptions } from './platform/postgres.js';
import { migrations as processMigrations } from './platform/process-list.js';
import { migrations as replyMigrations } from './platform/replies.js';
import { migrations as mailMigrations } from './platform/settled-mails.js';

/** What the service and the server's own command line both stand on: database, master key, log. */
export interface Installation {
  readonly databaseUrl: string;
  readonly masterKey: Buffer;
  /** For what somebody waits for: it gives up after seconds. */
  readonly pool: pg.Pool;
  /** The same, for read models. */
  readonly readDb: Kysely<unknown>;
  /** For what takes as long as it takes, such as filling read models. */
  readonly workPool: pg.Pool;
  /** The same, for read models. */
  readonly workDb: Kysely<unknown>;
  readonly ledger: Ledger;
  readonly keyRing: SealedKeyRing;
  close(): Promise<void>;
}

interface Options {
  readonly config: Config;
  readonly log: Log;
  /**
   * `service` holds the data directory for itself and migrates; `worker` is one of several processes of a
   * service; `read models` keeps those of a service in a thread of their own; `tool` works beside a running service.
   */
  readonly as: 'service' | 'worker' | 'read models' | 'tool';
  /** Told of appends once they are settled: how long each took. */
  readonly onAppends?: (seconds: readonly number[]) => void;
}

/** The parts of the database, in the order in which they need each other. */
export const schemas = [
  { schema: 'log', migrations: logMigrations },
  { schema: 'ring', migrations: ringMigrations },
  { schema: 'accounts', migrations: accountMigrations },
  { schema: 'replies', migrations: replyMigrations },
  { schema: 'links', migrations: linkMigrations },
  { schema: 'mails', migrations: mailMigrations },
  { schema: 'processes', migrations: processMigrations },
  { schema: 'read', migrations: readMigrations },
];

/** A request waits for one connection or one answer at a time, and must itself be answered in ten seconds. */
const whileSomebodyWaits = {
  connectTimeoutMilliseconds: 3_000,
  lockTimeoutMilliseconds: 3_000,
  statementTimeoutMilliseconds: 4_000,
  answerTimeoutMilliseconds: 5_000,
} as const;

/**
 * The largest sizes of the two pools. A new connection is a process that PostgreSQL spends some 26 ms on, and where it has
 * just come back all that are needed are made at once: writing then waits for the last of them. So there are no more than
 * this machine can put to use.
 */
function poolSizes(
  as: Options['as'],
  processesCount: number,
): { readonly pool: number; readonly work: number } {
  const work = 4;
  const serving = Math.min(12, 4 + availableParallelism());
  switch (as) {
    case 'service':
      return { pool: processesCount === 1 ? serving : 4, work };
    case 'worker':
    case 'tool':
      return { pool: serving, work };
    case 'read models':
      return { pool: 4, work };
  }
}

/** Beside the two pools: six of the log, one for locks, one that tells that the database is in use. */
const otherConnectionsCount = 8;
/** For the command line, and what PostgreSQL keeps for its superuser. */
const spareConnectionsCount = 10;

/** How many connections a service may hold, with its thread or its processes. */
function connectionsMax(processesCount: number): number {
  const held = (as: Options['as']) => {
    const { pool, work } = poolSizes(as, processesCount);
    return pool + work + otherConnectionsCount;
  };
  const others = processesCount === 1 ? held('read models') : processesCount * held('worker');
  return held('service') + others + spareConnectionsCount;
}

/** @throws Error in words when several processes would be refused connections under load */
async function requireConnections(pool: pg.Pool, processesCount: number): Promise<void> {
  if (processesCount === 1) return;
  const { rows } = await pool.query<{ allowed: number }>(
    `select current_setting('max_connections')::int as allowed`,
  );
  const allowed = rows[0]?.allowed ?? 0;
  const needed = connectionsMax(processesCount);
  if (allowed >= needed) return;
  throw new Error(
    `PostgreSQL allows ${allowed} connections, and ${processesCount} processes may hold ${needed}. ` +
      'Raise its max_connections, or lower COMPASS_PROCESSES. The embedded PostgreSQL is started with as many as ' +
      'it needs: if it survived an earlier service, it has been stopped now, and the next start will do.',
  );
}

/** There is nothing yet for a tool to work on. */
export class NotInstalled extends Error {
  override readonly name = 'NotInstalled';

  constructor(dataDirectory: string) {
    super(`There is no installation in ${dataDirectory} yet; npm start makes one.`);
  }
}

function isInstalled(config: Config): boolean {
  return config.databaseUrl !== undefined || existsSync(databaseDirectoryOf(config));
}

function databaseDirectoryOf({ dataDirectory }: Config): string {
  return join(dataDirectory, 'postgres');
}

/**
 * Opens the installation that the settings describe. The service makes what is missing; a tool makes nothing.
 * @throws Error in words: settings, database, master key or versions that do not fit
 */
export async function openInstallation({
  config,
  log,
  as,
  onAppends = () => undefined,
}: Options): Promise<Installation> {
  if (as !== 'service' && !isInstalled(config)) throw new NotInstalled(config.dataDirectory);
  const masterKey = openMasterKey({
    ...config,
    databaseDirectory: databaseDirectoryOf(config),
  });
  const database = await openDatabase(config, log, as);
  const options: PoolOptions = {
    applicationName: `compass-keys ${as}`,
    onError: (error) => log.warn({ error }, 'A connection to the database broke.'),
  };
  const sizes = poolSizes(as, config.processesCount);
  const pool = createPool(database.url, { ...options, ...whileSomebodyWaits, max: sizes.pool });
  const workPool = createPool(database.url, { ...options, max: sizes.work });
  const isServing = as === 'worker' || (as === 'service' && config.processesCount === 1);
  if (isServing) connectAhead(pool);
  try {
    if (as === 'service') {
      await requireConnections(workPool, config.processesCount);
      await migrateAll(workPool, schemas);
    }
    const readDb = createKysely<unknown>(pool);
    const keyRing = createKeyRing(readDb, masterKey, config.retiredMasterKeys);
    if (as === 'service') await Promise.all([requireSameEngine(workPool, config), keyRing.check()]);
    const store = await openStore(config, database.url, isServing, onAppends);
    return {
      databaseUrl: database.url,
      masterKey,
      pool,
      readDb,
      workPool,
      workDb: createKysely<unknown>(workPool),
      ledger: createLedger(store, createCodec(keyRing)),
      keyRing,
      async close() {
        await store.close();
        await Promise.all([pool.end(), workPool.end()]);
        await database.stop();
      },
    };
  } catch (error) {
    await Promise.all([pool.end(), workPool.end()]);
    await database.stop();
    throw error;
  }
}

/** @throws Error in words when EventStoreDB does not answer */
async function openStore(
  { eventStoreUrl, eventStorePrefix }: Config,
  databaseUrl: string,
  isServing: boolean,
  onAppends: (seconds: readonly number[]) => void,
): Promise<EventStore> {
  if (eventStoreUrl === undefined) {
    const onGroup = ({ seconds }: GroupReport) => onAppends(seconds);
    return createPostgresEventStore({ url: databaseUrl, onGroup, isServing });
  }
  // Its client takes a while to load, which who keeps the log in the database need not wait for.
  const { createEventStoreDbEventStore } = await import('./event-store/eventstoredb/index.js');
  const store = createEventStoreDbEventStore({
    url: eventStoreUrl,
    prefix: eventStorePrefix,
    onAppend: (seconds) => onAppends([seconds]),
  });
  try {
    await store.head();
    return store;
  } catch (cause) {
    await store.close();
    throw new Error(
      'The EventStoreDB that COMPASS_EVENTSTORE_URL names does not let us read the log. Is it running, the address ' +
        'right, and the user one who may read $all?',
      { cause },
    );
  }
}

/**
 * Read models know how far they are by positions, which mean nothing in the log of another engine.
 * @throws Error in words when the database belongs to such a log
 */
async function requireSameEngine(pool: pg.Pool, { eventStoreUrl }: Config): Promise<void> {
  const { rows } = await pool.query<{ isOther: boolean }>(
    `select exists (
      select from read.checkpoints where live and position <> '0' and (position like '%.%') <> $1
    ) as "isOther"`,
    [eventStoreUrl !== undefined],
  );
  if (rows[0]?.isOther !== true) return;
  throw new Error(
    eventStoreUrl === undefined
      ? 'This database belongs to a log in EventStoreDB, which COMPASS_EVENTSTORE_URL must name. To leave it, copy the log ' +
          'with `npm run admin -- copy-log --to postgres`.'
      : 'This database belongs to a log in PostgreSQL, and COMPASS_EVENTSTORE_URL names another one. Copy the ' +
          'log there with `npm run admin -- copy-log --to eventstore`, or leave the setting out.',
  );
}

async function openDatabase(
  config: Config,
  log: Log,
  as: Options['as'],
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (config.databaseUrl !== undefined) {
    return { url: config.databaseUrl, stop: () => Promise.resolve() };
  }
  const open = as === 'service' ? startEmbeddedPostgres : borrowEmbeddedPostgres;
  const directory = databaseDirectoryOf(config);
  const words = {
    info: (text: string) => log.info(text),
    warn: (text: string) => log.warn(text),
  };
  return open({ directory, log: words, connectionsCount: connectionsMax(config.processesCount) });
}
