import pg from 'pg';

/** How long to wait, in milliseconds. The server should give up before we do: then we know what happened. */
export interface Timeouts {
  /** For a connection, and for a free one. */
  readonly connect: number;
  /** For the turn to write, while another has it. */
  readonly lock: number;
  /** For a statement, by the clock of the server. */
  readonly statement: number;
  /** For the answer to a statement, by ours: a server that is frozen or cut off does not give up. */
  readonly answer: number;
}

export const defaultTimeouts: Timeouts = { connect: 3_000, lock: 3_000, statement: 5_000, answer: 8_000 };

const readerCount = 4;

/**
 * What a server may have set otherwise. The function that appends needs fresh snapshots. And every query
 * here reads a few rows along an index, so its plan can be made once, which saves a small append half its
 * time, as long as it is this one: a plan made while the log was one page long, or from guesses about
 * parameters, would read everything, sort it, or compile itself first.
 */
const sessionSettings = [
  '-c default_transaction_isolation=read\\ committed',
  '-c plan_cache_mode=force_generic_plan',
  '-c enable_seqscan=off',
  '-c enable_bitmapscan=off',
  '-c jit=off',
].join(' ');

/** Appends never wait for a connection that readers hold. */
export interface Connections {
  readonly writer: pg.Pool;
  readonly readers: pg.Pool;
  /** A new client, not yet connected. */
  createListener(): pg.Client;
}

export function openConnections(url: string, timeouts: Timeouts): Connections {
  return {
    writer: createPool(url, timeouts, 1),
    readers: createPool(url, timeouts, readerCount),
    createListener: () => new pg.Client(configOf(url, timeouts, 'compass-log-listener')),
  };
}

function createPool(url: string, timeouts: Timeouts, max: number): pg.Pool {
  const pool = new pg.Pool({ ...configOf(url, timeouts, 'compass-log'), max, idleTimeoutMillis: 0 });
  // Whoever waits for a broken connection hears of it from the query; unheard here, it would end us.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

function configOf(url: string, timeouts: Timeouts, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: timeouts.connect,
    lock_timeout: timeouts.lock,
    statement_timeout: timeouts.statement,
    query_timeout: timeouts.answer,
    idle_in_transaction_session_timeout: timeouts.statement,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options: sessionSettings,
  };
}

/**
 * Runs one statement on a connection of its own.
 * @throws Unsent when there was no connection; otherwise what the driver throws
 */
export async function runStatement<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new Unsent('There is no connection to the log.', { cause });
  });
  try {
    const { rows } = await client.query<Row>(statement);
    client.release();
    return rows;
  } catch (error) {
    // Closing the connection ends a statement that hangs, and an ended one costs little to replace.
    client.release(true);
    throw error;
  }
}

/** The statement never left this process. */
export class Unsent extends Error {
  override readonly name = 'Unsent';
}
