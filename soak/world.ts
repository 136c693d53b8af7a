import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { CanaryName } from './canaries.js';
import { createHttp } from './clients/http.js';
import { foundTeam, type Team } from './clients/teams.js';
import { type Gate, openGate } from './gate.js';
import { type PostgresProcesses, postgresIn } from './postgres.js';
import type { Tally } from './promises.js';
import { createService, type Service } from './service.js';

/**
 * An installation with all that can be harmed in it: a service that keeps its embedded Postgres, a second one on the
 * same database, and on every way between them a gate.
 */
export interface World {
  readonly directory: string;
  /** The keeper of Postgres, then its guest. */
  readonly services: readonly [Service, Service];
  /** Before each of them. */
  readonly fronts: readonly [Gate, Gate];
  /** Between the guest and Postgres. */
  readonly databaseGate: Gate;
  readonly postgres: PostgresProcesses;
  readonly teams: readonly Team[];
  /** The processes that a request to one of the services needs, in groups that wait for each other. */
  chain(at: number): readonly (readonly number[])[];
  /** Environment of a process that works on the database directly. */
  toolSettings(): Readonly<Record<string, string>>;
  /** Resolves as soon as a write through one of the processes succeeds. @returns false when none does in time */
  writable(at: number, timeoutMilliseconds: number): Promise<boolean>;
  close(): Promise<void>;
}

interface Options {
  readonly tally: Tally;
  readonly canary: CanaryName | undefined;
  /** Where the data is to be; absent: a directory of its own, removed at the end. */
  readonly directory?: string;
  readonly teamsCount: number;
}

const probeMilliseconds = 100;

/** What all clients rest on is on disk before anything is harmed, also where a canary forgets to flush. */
async function checkpoint(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('checkpoint');
  await client.end();
}

export async function openWorld({ tally, canary, teamsCount, ...given }: Options): Promise<World> {
  const directory = given.directory ?? mkdtempSync(join(tmpdir(), 'compass-soak-'));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(directory, 0o711);
  const postgres = postgresIn(directory);
  const databaseGate = await openGate(postgres.port);
  const masterKey = { COMPASS_MASTER_KEY_FILE: join(directory, 'master.key') };
  const bug = canary === undefined ? undefined : { COMPASS_TEST_CANARY: canary };
  const keeper = createService({
    name: 'keeper',
    tally,
    settings: () => ({ ...bug, COMPASS_DATA_DIR: directory }),
  });
  const guest = createService({
    name: 'guest',
    tally,
    settings: () => {
      const url = Object.assign(new URL(postgres.url()), { port: String(databaseGate.port) });
      return { ...bug, ...masterKey, COMPASS_DATABASE_URL: url.href };
    },
  });
  const fronts = [await openGate(keeper.port), await openGate(guest.port)] as const;
  const teams: Team[] = [];

  async function probe(at: number): Promise<boolean> {
    const [team, front] = [teams[0], fronts[at]];
    if (!team || !front) return false;
    const http = createHttp(front.port);
    const body = { name: `probe ${performance.now()}` };
    const path = `/v1/keys/${team.probeId}`;
    const outcome = await http.send({ method: 'PATCH', path, headers: team.bearer, body });
    http.close();
    return outcome.kind === 'done';
  }

  /** A try may hang as long as something is away, so others do not wait for it. */
  function writable(at: number, timeoutMilliseconds: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const tryOnce = () => void probe(at).then((isDone) => isDone && resolve(true));
    const timer = setInterval(tryOnce, probeMilliseconds);
    const end = setTimeout(resolve, timeoutMilliseconds, false);
    tryOnce();
    return promise.finally(() => {
      clearInterval(timer);
      clearTimeout(end);
    });
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
    services: [keeper, guest],
    fronts,
    databaseGate,
    postgres,
    teams,
    writable,
    chain: (at) =>
      [[process.pid], [keeper, guest][at]?.pid() ?? [], postgres.pids()].map((one) => [one].flat()),
    toolSettings: () => ({ ...masterKey, COMPASS_DATABASE_URL: postgres.url() }),
    close,
  };
}
