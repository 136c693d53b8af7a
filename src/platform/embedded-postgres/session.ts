import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cluster, productName } from './cluster.js';
import type { Postmaster } from './postmaster.js';

/** A connection that tells how the server is: while it lives, so does Postgres. */
export interface Session {
  query<Row>(statement: string): Promise<Row[]>;
  /** Settles when the connection is gone, for whatever reason. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

const stillStartingOrStopping = '57P03';
const wrongPassword = '28P01';

/** The address of a database of the cluster, password included. */
export function clusterUrl({ password }: Cluster, port: number, database: string): string {
  return `postgres://${productName}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Waits until Postgres answers: as long as it says that it is getting ready (after a crash it first
 * replays its log), for a minute when it says nothing.
 * @returns undefined when its process ended instead
 */
export async function openSession(cluster: Cluster, postmaster: Postmaster): Promise<Session | undefined> {
  let deadline = Date.now() + 60_000;
  while (postmaster.isRunning()) {
    await untilReady(postmaster);
    try {
      return await connect(clusterUrl(cluster, postmaster.port, 'postgres'));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === wrongPassword) {
        throw new Error(`The database does not accept the password in ${cluster.directory}/password.`, {
          cause: error,
        });
      }
      if (code === stillStartingOrStopping) deadline = Date.now() + 60_000;
      if (Date.now() > deadline) throw new Error('The database does not answer.', { cause: error });
      await sleep(lookMilliseconds);
    }
  }
  return undefined;
}

const lookMilliseconds = 10;
const looksMax = 100;

/** Each connection is a process of Postgres, also one that is refused, and while it repairs itself it has work to do. */
async function untilReady(postmaster: Postmaster): Promise<void> {
  for (let looks = 0; looks < looksMax && postmaster.isRunning() && !postmaster.saysReady(); looks++) {
    await sleep(lookMilliseconds);
  }
}

async function connect(connectionString: string): Promise<Session> {
  const client = new pg.Client({
    connectionString,
    application_name: `compass-keys ${process.pid}`,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  // The end of the connection is reported by 'end'; an error without a listener would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return {
    ended,
    query: async <Row>(statement: string) => (await client.query(statement)).rows as Row[],
    close: () => client.end(),
  };
}
