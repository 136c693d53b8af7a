import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { readModels } from '../../projections/models.js';
import { loadConfig } from '../../src/config/config.js';
import type { Recorded } from '../../src/domain/recorded.js';
import { comparePositions, positionOf, start } from '../../src/event-store/port.js';
import { type Installation, openInstallation } from '../../src/installation.js';
import { createLog } from '../../src/platform/log.js';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { eventually } from '../support/eventually.js';
import { bearer, createHttpClient } from '../support/http-client.js';
import { withLog } from '../support/log-place.js';
import { type Api, createApi, type Owner } from '../support/people.js';
import { foldOf } from '../support/projection-house.js';
import { rowsOf } from '../support/rows.js';
import { createSecrets } from '../support/secrets.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

/**
 * The service, Postgres or both are killed in the midst of work, five times over one log. What was
 * acknowledged is there afterwards, once; what was not is there wholly or not at all.
 */

/** Decides when to kill; printed with every failure. How work and death meet is up to the machine. */
const seed = Number(process.env.COMPASS_TEST_SEED ?? randomInt(2 ** 31));
const clients = 6;
const rounds = ['service', 'postgres', 'both', 'service', 'both'] as const;

/** What one client asked for, and what it was told. */
interface Attempt {
  readonly name: string;
  /** Undefined: no answer, or one that leaves it open. */
  created?: { readonly id: string; readonly secret: string };
  revocation: 'none' | 'tried' | 'acknowledged';
}

let data: DataDirectory;
let service: SpawnedService;
let owner: Owner;
const attempts: Attempt[] = [];
const signUps: { readonly email: string; readonly password: string }[] = [];

beforeAll(async () => {
  data = makeDataDirectory();
  await restart();
  owner = await api().signUp();
});

afterAll(async () => {
  await service.kill('SIGTERM');
  await data.remove();
});

async function restart(): Promise<void> {
  service = await spawnService({ COMPASS_DATA_DIR: data.path, COMPASS_LOG_LEVEL: 'warn' });
}

function api(): Api {
  return createApi(createHttpClient(service.url), service.url, createSecrets());
}

const session = () => ({ headers: { ...owner.headers, origin: service.url } });

/** Makes keys and revokes every other one, until it is told to stop or the service is gone. */
async function work({ send }: Api, name: string, signal: AbortSignal): Promise<void> {
  for (let number = 0; !signal.aborted; number++) {
    const attempt: Attempt = { name: `${name}-${number}`, revocation: 'none' };
    attempts.push(attempt);
    try {
      const body = { name: attempt.name };
      const made = await send<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
        as: session(),
        body,
      });
      if (made.status !== 201) continue;
      attempt.created = { id: made.body.key.id, secret: made.body.secret };
      if (number % 2 === 1) continue;
      attempt.revocation = 'tried';
      const revoked = await send('POST', `/v1/keys/${attempt.created.id}/revoke`, { as: session() });
      if (revoked.status === 200) attempt.revocation = 'acknowledged';
    } catch {
      // The service is gone: another one will be there in the next round.
      return;
    }
  }
}

async function signUpOnce({ send }: Api): Promise<void> {
  const person = {
    email: `${randomBytes(6).toString('hex')}@example.com`,
    password: 'correct horse battery',
  };
  signUps.push(person);
  await send('POST', '/v1/sign-up', { body: { ...person, name: 'Ada' } }).catch(() => undefined);
}

/** Kills what the round is about, brings everything back, and returns when it serves again. */
async function crash(what: (typeof rounds)[number]): Promise<void> {
  if (what !== 'service') data.signalPostgres('SIGKILL');
  if (what !== 'postgres') {
    await service.kill('SIGKILL');
    await restart();
  }
  const { send } = api();
  // It asks the database, and verification about the right of the session.
  const isBack = async () => (await send('GET', '/v1/me', { as: session() })).status === 200;
  await eventually('the service', async () => (await isBack()) || undefined);
}

/** A number from 0 to 1 that follows from the seed. */
function chance(round: number): number {
  return ((seed ^ (round * 0x9e3779b9)) >>> 0) / 2 ** 32;
}

const config = () => loadConfig(withLog({ COMPASS_DATA_DIR: data.path }));

async function inspect(look: (log: Installation, events: Recorded[]) => Promise<void>): Promise<void> {
  const log = createLog({ level: 'silent' });
  const installation = await openInstallation({
    config: config(),
    log,
    as: 'tool',
  });
  try {
    const events: Recorded[] = [];
    const { signal } = new AbortController();
    for await (const batch of installation.ledger.follow({ after: start, signal })) {
      events.push(...batch.events);
      if (batch.caughtUp) break;
    }
    await look(installation, events);
  } finally {
    await installation.close();
  }
}

test.each(rounds.map((what, round) => [round + 1, what] as const))(
  `round %i: %s killed (COMPASS_TEST_SEED=${seed})`,
  async (round, what) => {
    const stopped = new AbortController();
    const before = attempts.filter(({ created }) => created).length;
    const workers = Array.from({ length: clients }, (_, client) =>
      work(api(), `r${round}c${client}`, stopped.signal),
    );
    await eventually(
      'some work',
      () => attempts.filter(({ created }) => created).length > before + 20 || undefined,
    );
    const arrivals = Promise.all([signUpOnce(api()), signUpOnce(api())]);
    // Anywhere in the course of a sign-up.
    await sleep(chance(round) * 200);
    await crash(what);
    stopped.abort();
    await Promise.all([...workers, arrivals]);
    const verdicts = await verify(attempts.flatMap(({ created }) => created ?? []));
    for (const { created, revocation, name } of attempts) {
      const allowed = created && verdicts.get(created.id);
      if (revocation === 'acknowledged') expect([name, allowed]).toEqual([name, false]);
      if (created && revocation === 'none') expect([name, allowed]).toEqual([name, true]);
    }
  },
);

const byPlace = (a: string, b: string) => comparePositions(positionOf(a) ?? start, positionOf(b) ?? start);

/** Whether each key is allowed, by its id. */
async function verify(keys: readonly { id: string; secret: string }[]): Promise<Map<string, boolean>> {
  const { send } = api();
  const allowed = new Map<string, boolean>();
  for (let from = 0; from < keys.length; from += 100) {
    const requests = keys.slice(from, from + 100).map(({ secret }) => ({ key: secret }));
    const { body } = await send<{ verdicts: { keyId: string; allowed: boolean }[] }>(
      'POST',
      '/v1/verify/batch',
      {
        as: session(),
        body: { requests },
      },
    );
    for (const verdict of body.verdicts) allowed.set(verdict.keyId, verdict.allowed);
  }
  return allowed;
}

test('whoever was signing up has one team, one project and one free key after signing in', async () => {
  const { send, sessionOf } = api();
  for (const person of signUps) {
    const again = await send('POST', '/v1/sign-up', { body: { ...person, name: 'Ada' } });
    // 201: it was incomplete, or had not begun. 409: nothing was missing.
    expect([201, 409]).toContain(again.status);
    const signedIn = await send<{ teams: { role: string }[] }>('POST', '/v1/sign-in', { body: person });
    expect(signedIn.body.teams).toEqual([expect.objectContaining({ role: 'OWNER' })]);
    const keys = await send<{ items: { tier: string }[] }>('GET', '/v1/keys', { as: sessionOf(signedIn) });
    expect(keys.body.items).toEqual([expect.objectContaining({ tier: 'free', status: 'ACTIVE' })]);
  }
});

test('the log holds everything that was acknowledged, once, and nothing by halves', async () => {
  await inspect(async (_, events) => {
    const positions = events.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].toSorted(byPlace));
    // In PostgreSQL they leave none out; in EventStoreDB they are places in a file.
    if (config().eventStoreUrl === undefined) expect(positions.at(-1)).toBe(String(events.length));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    // One command is one append: a second one of it would repeat its events under other ids.
    const steps = events.map(
      ({ stream, metadata, event }) => `${stream} ${metadata.commandId} ${event.type}`,
    );
    expect(steps.filter((step, index) => steps.indexOf(step) !== index)).toEqual([]);

    const typesOf = Map.groupBy(events, ({ stream }) => stream);
    const byName = Map.groupBy(events, ({ event }) => (event.type === 'KeyCreated' ? event.name : ''));
    for (const { name, created, revocation } of attempts) {
      const creations = byName.get(name) ?? [];
      const types = creations
        .flatMap(({ stream }) => typesOf.get(stream) ?? [])
        .map(({ event }) => event.type);
      const whole = ['KeyCreated', 'UserAssigned'];
      const possible = {
        none: created ? [whole] : [whole, []],
        tried: [whole, [...whole, 'KeyRevoked']],
        acknowledged: [[...whole, 'KeyRevoked']],
      }[revocation];
      expect([name, possible]).toEqual([name, expect.arrayContaining([types])]);
      if (created) expect(creations.map(({ stream }) => stream)).toEqual([`key-${created.id}`]);
    }
  });
});

test('the read models are a fold of the log', async () => {
  const last = await api().createKey(session());
  await api().send('GET', '/v1/whoami', { as: bearer(last.secret) });
  // Nobody works any more, so what comes last is what was used last.
  await eventually('the last use', async () => {
    const path = `/v1/keys/${last.key.id}`;
    const { body } = await api().send<{ key: { lastUsedAt: string | null } }>('GET', path, { as: session() });
    return body.key.lastUsedAt ?? undefined;
  });
  await inspect(async ({ readDb, ledger }, events) => {
    const head = await ledger.head();
    expect(events.at(-1)?.position).toBe(head);
    for (const table of readModels.flatMap(({ tables }) => tables)) {
      const fold = foldOf(table, events);
      // The wait above was for one of the models.
      const isLikeTheFold = async () => isDeepStrictEqual(await rowsOf(readDb, table), fold);
      await eventually(table.name, isLikeTheFold).catch(() => undefined);
      expect([table.name, await rowsOf(readDb, table)]).toEqual([table.name, fold]);
    }
  });
});
