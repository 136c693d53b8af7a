import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from './binaries.js';
import { openCluster, productName } from './cluster.js';
import { launch, type Running, release, type Site } from './launch.js';
import { becomeService } from './occupancy.js';
import { clusterUrl } from './session.js';

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its password, port and log; made when missing. */
  readonly directory: string;
  readonly log: { info(words: string): void; warn(words: string): void };
  /** How many connections it must allow, where it is started; at least 100 anyway. */
  readonly connectionsCount?: number;
}

export interface EmbeddedPostgres {
  /** Of the product's database, password included; stays the same when Postgres is started again. */
  readonly url: string;
  /** True when Postgres ran already: another process of ours uses it, or was killed. */
  readonly adopted: boolean;
  /** Leaves, and stops Postgres unless another process of ours still uses it. */
  stop(): Promise<void>;
}

/**
 * Starts Postgres for the service, or adopts the one that survived it, and starts it again whenever
 * it dies, until `stop` is called.
 * @throws DataInUse when another service runs on the directory; Error in words when it cannot start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const site = open(options);
  const running = await launch(site, { reserve: becomeService });
  const supervision = supervise(site, running);
  return describe(site, running, async () => release(await supervision.end()));
}

/**
 * Uses the Postgres of a service that runs, or starts one for as long as this process needs it.
 * @throws Error in words when it cannot start
 */
export async function borrowEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const site = open(options);
  const running = await launch(site);
  return describe(site, running, () => release(running));
}

function open({ directory, log, connectionsCount = 0 }: EmbeddedPostgresOptions): Site {
  const binaries = findBinaries();
  return { log, binaries, cluster: openCluster(resolve(directory), binaries), connectionsCount };
}

function describe(site: Site, { postmaster, adopted }: Running, stop: () => Promise<void>): EmbeddedPostgres {
  return { url: clusterUrl(site.cluster, postmaster.port, productName), adopted, stop };
}

/** @returns `end`, which stops watching and gives what runs then */
function supervise(site: Site, first: Running): { end(): Promise<Running> } {
  const ending = new AbortController();
  const ended = new Promise<void>((done) => ending.signal.addEventListener('abort', () => done()));

  async function watch(): Promise<Running> {
    let running = first;
    for (;;) {
      await Promise.race([running.session.ended, ended]);
      if (ending.signal.aborted) return running;
      site.log.warn('PostgreSQL ended though nobody asked it to. Starting it again.');
      running = (await relaunch()) ?? running;
    }
  }

  async function relaunch(): Promise<Running | undefined> {
    try {
      return await launch(site, { port: first.postmaster.port, reserve: becomeService });
    } catch (error) {
      site.log.warn(`${error instanceof Error ? error.message : String(error)} Trying again.`);
      await sleep(1000);
      return undefined;
    }
  }

  const watching = watch();
  return {
    end() {
      ending.abort();
      return watching;
    },
  };
}
