import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { foundTeam, type Team } from './clients/teams.js';
import { type Gate, openGate } from './gate.js';
import type { Programs } from './graft.js';
import { type PostgresProcesses, postgresIn } from './postgres.js';
import type { Tally } from './promises.js';
import { createService, type Service } from './service.js';

/**
 * An installation with all that can be harmed in it: a service that keeps its embedded Postgres, a second one on the
 * same database, and on every way between them a gate.
 */
export interface World {
  readonly directory: string;
  readonly programs: Programs;
  /** The keeper of Postgres, then its guest. */
  readonly services: readonly [Service, Service];
  /** Before each of them. */
  readonly fronts: readonly [Gate, Gate];
  /** Between the guest and Postgres. */
  readonly databaseGate: Gate;
  readonly postgres: PostgresProcesses;
  readonly teams: readonly Team[];
  /** The processes that a request to one of the services needs. */
  chain(at: number): readonly number[];
  /** Of these the clients and the service alone, which are told quickly. */
  peers(at: number): readonly number[];
  /** Environment of a process that works on the database directly. */
  toolSettings(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

interface Options {
  readonly tally: Tally;
  readonly seed: number;
  readonly programs: Programs;
  /** Where the data is to be; absent: a directory of its own, removed at the end. */
  readonly directory?: string;
  readonly teamsCount: number;
}

/** What all clients rest on is on disk before anything is harmed, also where a canary forgets to flush. */
async function checkpoint(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('checkpoint');
  await client.end();
}

export async function openWorld({ tally, seed, programs, teamsCount, ...given }: Options): Promise<World> {
  const directory = given.directory ?? mkdtempSync(join(tmpdir(), 'compass-soak-'));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(directory, 0o711);
  const postgres = postgresIn(directory);
  const databaseGate = await openGate(postgres.port);
  const masterKey = { COMPASS_MASTER_KEY_FILE: join(directory, 'master.key') };
  const test = { COMPASS_TEST_SEED: String(seed) };
  const program = programs.service;
  const keeper = createService({
    name: 'keeper',
    program,
    tally,
    settings: () => ({ ...test, COMPASS_DATA_DIR: directory }),
  });
  const guest = createService({
    name: 'guest',
    program,
    tally,
    settings: () => {
      const url = Object.assign(new URL(postgres.url()), { port: String(databaseGate.port) });
      return { ...test, ...masterKey, COMPASS_DATABASE_URL: url.href };
    },
  });
  const fronts = [await openGate(keeper.port), await openGate(guest.port)] as const;
  const teams: Team[] = [];

  function peers(at: number): number[] {
    return [process.pid, [keeper, guest][at]?.pid() ?? []].flat();
  }

  async function close(): Promise<void> {
    await guest.stop();
    await keeper.stop();
    await Promise.all([...fronts, databaseGate].map((gate) => gate.close()));
    postgres.signal('SIGKILL');
    if (given.directory === undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    await keeper.start();
    await guest.start();
    while (teams.length < teamsCount) teams.push(await foundTeam(fronts[0].port));
    await checkpoint(postgres.url());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    directory,
    programs,
    services: [keeper, guest],
    fronts,
    databaseGate,
    postgres,
    teams,
    chain: (at) => [...peers(at), ...postgres.pids()],
    peers,
    toolSettings: () => ({ ...masterKey, COMPASS_DATABASE_URL: postgres.url() }),
    close,
  };
}
