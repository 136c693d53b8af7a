import pg from 'pg';
import type { EventStore } from '../../src/event-store/port.js';
import {
  createPostgresEventStore,
  migrations,
  type PostgresEventStoreOptions,
} from '../../src/event-store/postgres/index.js';
import { migrate } from '../../src/platform/migrate.js';
import { createPool } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import type { LogUnderTest } from './event-store/log.js';

export interface PostgresLog extends LogUnderTest {
  readonly url: string;
  /** A connection that is not ours. Closed with the log. */
  connect(): Promise<pg.Client>;
}

type Options = Omit<PostgresEventStoreOptions, 'url'>;

/** An empty log in a database of its own. */
export async function makePostgresLog(options: Options = {}): Promise<PostgresLog> {
  const { url, drop } = await createLogDatabase();
  const log = openPostgresLog(url, options);
  async function cleanup(): Promise<void> {
    await log.cleanup();
    await drop();
  }
  return { ...log, cleanup };
}

export function createLogDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ template: 'log', prepare });
}

/** The log in a database, which cleaning up empties. */
export function openPostgresLog(url: string, options: Options = {}): PostgresLog {
  const clients: pg.Client[] = [];
  const stores: EventStore[] = [];
  function another(): EventStore {
    const store = createPostgresEventStore({ ...options, url });
    stores.push(store);
    return store;
  }
  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, application_name: 'foreign' });
    await client.connect();
    clients.push(client);
    return client;
  }
  async function cleanup(): Promise<void> {
    await Promise.all([...stores.map((each) => each.close()), ...clients.map((client) => client.end())]);
    const cleaner = new pg.Client({ connectionString: url });
    await cleaner.connect();
    await cleaner.query('truncate log.events');
    await cleaner.end();
  }
  return { url, store: another(), another, connect, cleanup };
}

async function prepare(url: string): Promise<void> {
  const pool = createPool(url, { applicationName: 'test-log' });
  await migrate(pool, { schema: 'log', migrations });
  await pool.end();
}

/** Takes the turn to write, as a writer does that never finishes. @returns how to give it back */
export async function holdTurn(log: PostgresLog): Promise<() => Promise<void>> {
  const client = await log.connect();
  await client.query('begin');
  await client.query("select pg_advisory_xact_lock('log.events'::regclass::oid::int, 0)");
  return async () => {
    await client.query('rollback');
  };
}

/** Waits until a backend of our stores waits for its turn. @returns its process id */
export function findBlockedWriter(client: pg.Client): Promise<number> {
  return findBackend(client, 'compass-log', "wait_event_type = 'Lock'");
}

/** Waits until our stores have a backend of the name. @returns its process id */
export function findBackend(client: pg.Client, applicationName: string, condition = 'true'): Promise<number> {
  return eventually(`a backend of ${applicationName}`, async () => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity
       where datname = current_database() and application_name = $1 and ${condition}`,
      [applicationName],
    );
    return rows[0]?.pid;
  });
}

/** Ends the backends of our stores that have the name. @returns how many there were */
export async function terminate(client: pg.Client, applicationName: string): Promise<number> {
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = $1`,
    [applicationName],
  );
  return rowCount ?? 0;
}
