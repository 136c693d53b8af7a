import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Binaries } from './binaries.js';
import { type Cluster, productName } from './cluster.js';
import { becomeUser, DataInUse, leave } from './occupancy.js';
import { choosePort, rememberedPort } from './port.js';
import { findPostmaster, type Postmaster, spawnPostmaster, stopPostmaster } from './postmaster.js';
import { openSession, type Session } from './session.js';

/** What it takes to run Postgres on one directory. */
export interface Site {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly connectionsCount: number;
  readonly log: { info(words: string): void; warn(words: string): void };
}

/** Postgres, answering, with the session by which this process is one of its users. */
export interface Running {
  readonly postmaster: Postmaster;
  readonly session: Session;
  /** True when it ran before we came. */
  readonly adopted: boolean;
}

export interface LaunchOptions {
  /** The port to insist on; otherwise that of the last time, or another one when it is taken. */
  readonly port?: number;
  /** What this process needs to hold before it uses the database; DataInUse ends the launch. */
  readonly reserve?: (session: Session) => Promise<void>;
}

const attempts = 50;

/**
 * Adopts the Postgres that runs, or starts one. Tries again, for ten seconds and more, what passes by
 * itself: another process starting or stopping it just now, remains of one that was killed.
 * @throws Error with the words of Postgres when it cannot start
 */
export async function launch(site: Site, options: LaunchOptions = {}): Promise<Running> {
  let failure = new Error('PostgreSQL did not start.');
  site.log.info(`Using the PostgreSQL in ${site.cluster.directory}`);
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await sleep(200);
    const found = findPostmaster(site.cluster);
    const postmaster =
      found ?? spawnPostmaster(site, knownPort(site, options, attempt) ?? (await choosePort(site.cluster)));
    const session = await openSession(site.cluster, postmaster);
    if (!session) {
      const words = postmaster.lastWords();
      failure = new Error(`PostgreSQL did not start: ${words}`);
      if (!passesByItself(words)) break;
      continue;
    }
    try {
      await enter(session, options.reserve);
      return { postmaster, session, adopted: found !== undefined };
    } catch (error) {
      await session.close();
      if (!endedByServer(error)) throw error;
      failure = new Error('PostgreSQL ended while this process began to use it.', { cause: error });
    }
  }
  throw failure;
}

/**
 * At first that of the last time, unseen: whether it is free, PostgreSQL will say. So it is under way when this process
 * goes on to what keeps it from hearing anything for most of a second.
 */
function knownPort({ cluster }: Site, { port }: LaunchOptions, attempt: number): number | undefined {
  return port ?? (attempt === 0 ? rememberedPort(cluster) : undefined);
}

function passesByItself(words: string): boolean {
  if (/postmaster\.pid|pre-existing shared memory|could not bind/.test(words)) return true;
  // Without a complaint, somebody killed it.
  return !/FATAL|PANIC|error/.test(words);
}

/** As by a process that was the last user of Postgres until now and is stopping it. */
function endedByServer(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code?.startsWith('57P') ?? false;
  return !(error instanceof DataInUse);
}

async function enter(session: Session, reserve: LaunchOptions['reserve']): Promise<void> {
  await reserve?.(session);
  await becomeUser(session);
  const found = await session.query(`select from pg_database where datname = '${productName}'`);
  if (found.length === 0) await createDatabase(session);
}

async function createDatabase(session: Session): Promise<void> {
  try {
    await session.query(`create database ${productName}`);
  } catch (error) {
    // Another user of the new cluster was faster.
    const wasFaster = error instanceof pg.DatabaseError && ['42P04', '23505'].includes(error.code ?? '');
    if (!wasFaster) throw error;
  }
}

/** Ends our use of Postgres, and Postgres itself when nobody else uses it. */
export async function release({ postmaster, session }: Running): Promise<void> {
  // Where the connection is gone, so is our use; whoever uses Postgres next will find it or start it.
  const last = await leave(session).catch(() => false);
  if (last) await stopPostmaster(postmaster);
  await session.close();
}
