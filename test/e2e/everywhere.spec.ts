import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import pg from 'pg';
import type { Arrival, Confirmation } from '../../src/domain/key/events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import {
  type Answer,
  bearer,
  type Caller,
  createHttpClient,
  type HttpClient,
} from '../support/http-client.js';
import { type Api, createApi, type NewKey, type Owner, type Verdict } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { createSecrets } from '../support/secrets.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

/** `POST /v1/keys/{id}/revoke?wait=everywhere` where several services stand on one database. */

/** More of them measure: `COMPASS_TEST_ROUNDS=10000 npm test -- everywhere` tells how long the other process let keys in. */
const rounds = Number(process.env.COMPASS_TEST_ROUNDS ?? 100);
const atOnce = 4;
/** A hundred take some seconds on two cores that have nothing else to do. */
const roundsTimeoutMilliseconds = 180_000 + rounds * 500;
const boundSeconds = 5;

interface House {
  readonly service: SpawnedService;
  readonly client: HttpClient;
  readonly api: Api;
}

let database: TestDatabase;
let one: House;
let other: House;
let owner: Owner;
let gateway: NewKey;

const masterKey = randomBytes(32).toString('base64');

async function open(): Promise<House> {
  const service = await spawnService({
    COMPASS_DATABASE_URL: database.url,
    COMPASS_MASTER_KEY: masterKey,
    COMPASS_VERIFY_MAX_STALENESS_SECONDS: String(boundSeconds),
  });
  const client = createHttpClient(service.url);
  return { service, client, api: createApi(client, service.url, createSecrets()) };
}

beforeAll(async () => {
  database = await createTestDatabase();
  one = await open();
  other = await open();
  owner = await one.api.signUp();
  gateway = await one.api.createKey(owner, { scopes: ['verify'] });
});

afterAll(async () => {
  for (const { client, service } of [one, other]) {
    client.close();
    await service.kill('SIGKILL');
  }
  await database.drop();
});

/** The session of the owner, with the Origin of a service. */
const asOwner = ({ service }: House): Caller => ({ headers: { ...owner.headers, origin: service.url } });

interface Confirmed {
  readonly key: { readonly status: string; readonly revision: number; readonly lastUsedAt: string | null };
  readonly receipt: Confirmation;
}

function revokeEverywhere(at: House, keyId: string): Promise<Answer<Confirmed>> {
  return at.api.send('POST', `/v1/keys/${keyId}/revoke?wait=everywhere`, { as: asOwner(at), body: {} });
}

const verify = ({ api }: House, key: string, agent?: Agent): Promise<Answer<Verdict>> =>
  api.verify(bearer(gateway.secret), { key }, agent && { agent });

/** A key that all of these services have answered for. */
async function createFor(...houses: readonly House[]): Promise<NewKey> {
  const created = await one.api.createKey(asOwner(one));
  for (const house of houses) {
    await eventually('the key', async () => (await verify(house, created.secret)).body.allowed || undefined);
  }
  return created;
}

const outcomesOf = ({ body }: Answer<Confirmed>) =>
  body.receipt.processes.map(({ outcome }) => outcome).toSorted();

/** What came of each round, and how often; times in milliseconds. */
interface Played {
  readonly outcomes: ReadonlyMap<string, number>;
  /** Of those who did not wait: from the answer on, until the other one refused the key for the first time. */
  readonly letIn: readonly number[];
  /** Of those who waited for everywhere: until the answer. */
  readonly waited: readonly number[];
}

async function play(): Promise<Played> {
  const outcomes = new Map<string, number>();
  const letIn: number[] = [];
  const waited: number[] = [];
  let begun = 0;

  async function revokeAndAsk(here: House, there: House, { key, secret }: NewKey): Promise<string> {
    const revoked = await here.api.revoke(asOwner(here), key.id);
    const since = performance.now();
    const asked = verify(here, secret);
    let elsewhere = await verify(there, secret);
    while (elsewhere.body.code === 'VALID') elsewhere = await verify(there, secret);
    letIn.push(performance.now() - since);
    return `${revoked.status} ${(await asked).body.code}, elsewhere at last ${elsewhere.body.code}`;
  }

  async function waitAndAsk(here: House, there: House, { key, secret }: NewKey): Promise<string> {
    const since = performance.now();
    const revoked = await revokeEverywhere(here, key.id);
    waited.push(performance.now() - since);
    const after = await verify(there, secret);
    return `${revoked.status} ${outcomesOf(revoked).join()} ${after.body.code}`;
  }

  async function work(): Promise<void> {
    while (begun < rounds) {
      const round = begun++;
      const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
      const created = await createFor(here, there);
      const outcome = await (round % 4 < 2 ? waitAndAsk : revokeAndAsk)(here, there, created);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return { outcomes, letIn, waited };
}

function told(milliseconds: readonly number[]): string {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))]?.toFixed(0);
  return `${at(0.5)} / ${at(0.99)} / ${at(1)} ms (p50 / p99 / longest of ${sorted.length})`;
}

test(
  `at the answer of one that waited the other refuses the key, and soon after any other, ${rounds} times`,
  async () => {
    const { outcomes, letIn, waited } = await play();
    expect(Object.fromEntries(outcomes)).toEqual({
      '200 confirmed,confirmed REVOKED': rounds / 2,
      '200 REVOKED, elsewhere at last REVOKED': rounds / 2,
    });
    if (process.env.COMPASS_TEST_ROUNDS === undefined) return;
    process.stdout.write(
      `${rounds} rounds: refused elsewhere after ${told(letIn)}; waited for everywhere ${told(waited)}.\n`,
    );
  },
  roundsTimeoutMilliseconds,
);

test('the receipt stands in the history, and whoever asks again gets the same', async () => {
  const { key } = await createFor(other);
  const first = await revokeEverywhere(one, key.id);
  const { receipt } = first.body;
  expect(first.body.key.status).toBe('REVOKED');
  expect(receipt.notIncluded).toEqual(['in_process_verifiers']);
  expect(new Set(receipt.processes.map(({ processId }) => processId)).size).toBe(2);
  const again = await revokeEverywhere(other, key.id);
  // The use that `createFor` verified may reach the read model between the two.
  const { lastUsedAt } = again.body.key;
  expect(again.body).toEqual({ ...first.body, key: { ...first.body.key, lastUsedAt } });
  expect(again.headers.etag).toBe(first.headers.etag);

  const history = await one.api.send<{ items: { type: string; summary: string }[] }>(
    'GET',
    `/v1/keys/${key.id}/history`,
    { as: asOwner(one) },
  );
  expect(history.body.items.map(({ type }) => type).slice(-2)).toEqual(['KeyRevoked', 'RevocationConfirmed']);
  expect(history.body.items.at(-1)?.summary).toBe(
    'Waited until the key was refused everywhere: by all processes that verify, 2.',
  );
});

test('a key that was revoked without it is confirmed when that is asked for', async () => {
  const { key } = await createFor(other);
  const revoked = await one.api.revoke(asOwner(one), key.id);
  expect(revoked.body).not.toHaveProperty('receipt');
  expect(outcomesOf(await revokeEverywhere(other, key.id))).toEqual(['confirmed', 'confirmed']);
});

test('there is nowhere else to wait for', async () => {
  const { key, secret } = await createFor(one);
  const path = `/v1/keys/${key.id}/revoke?wait=elsewhere`;
  const refused = await one.api.send('POST', path, { as: asOwner(one), body: {} });
  expect(pointersOf(expectProblem(refused, 400, 'request.invalid'))).toEqual(['/wait']);
  expect((await verify(one, secret)).body.code).toBe('VALID');
});

/** How long ago each process was seen, by the clock of the database. */
async function agesSeconds(): Promise<Map<string, number>> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ id: string; age: number }>(
    'select id, extract(epoch from clock_timestamp() - seen_at)::float8 as age from processes.verifying',
  );
  await client.end();
  return new Map(rows.map(({ id, age }) => [id, age]));
}

/** Asks, and goes away without waiting for the answer. */
function askAndLeave({ service }: House, keyId: string): () => void {
  const sent = request(new URL(`/v1/keys/${keyId}/revoke?wait=everywhere`, service.url), {
    method: 'POST',
    headers: { ...owner.headers, origin: service.url },
  });
  sent.on('error', () => undefined);
  sent.end();
  return () => void sent.destroy();
}

const statusOf = async (house: House, keyId: string) => {
  const answer = await house.api.send<{ key: { status: string } }>('GET', `/v1/keys/${keyId}`, {
    as: asOwner(house),
  });
  return answer.body.key.status;
};

test('for one that is frozen or killed it waits until that may not answer any more, and says so', async () => {
  const third = await open();
  const { key, secret } = await createFor(other, third);
  const abandoned = await createFor(other);
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await verify(other, secret, kept)).body.code).toBe('VALID');

  process.kill(other.service.pid, 'SIGSTOP');
  await third.service.kill('SIGKILL');
  third.client.close();
  const leave = askAndLeave(one, abandoned.key.id);
  await eventually('its end', async () => (await statusOf(one, abandoned.key.id)) === 'REVOKED' || undefined);
  leave();
  const revoked = await revokeEverywhere(one, key.id);
  const ages = await agesSeconds();
  expect(outcomesOf(revoked)).toEqual(['confirmed', 'silent', 'silent']);
  for (const { processId } of revoked.body.receipt.processes.filter(isSilent)) {
    expect(ages.get(processId)).toBeGreaterThanOrEqual(boundSeconds);
  }
  // On a connection that it has had open all the time, it is asked before it has a chance to catch up.
  const asked = verify(other, secret, kept);
  process.kill(other.service.pid, 'SIGCONT');
  const { status, body } = await asked;
  expect([status, body.code]).toEqual(status === 503 ? [503, 'verification.stale'] : [200, 'REVOKED']);
  kept.destroy();

  // Nobody waited for that answer, but it was asked for.
  await eventually('what was recorded', async () => {
    const { text } = await one.api.send('GET', `/v1/keys/${abandoned.key.id}/history`, { as: asOwner(one) });
    return text.includes('RevocationConfirmed') || undefined;
  });
});

const isSilent = ({ outcome }: Arrival) => outcome === 'silent';

test('one that was frozen is waited for again, one that was killed is not', async () => {
  const { key } = await createFor(other);
  expect(outcomesOf(await revokeEverywhere(one, key.id))).toEqual(['confirmed', 'confirmed']);
});

test('one that is to stop lets nobody wait: it says that the key is revoked, and no more', async () => {
  const { key, secret } = await createFor(other);
  process.kill(other.service.pid, 'SIGSTOP');
  const revoking = revokeEverywhere(one, key.id);
  await eventually('its end', async () => (await statusOf(one, key.id)) === 'REVOKED' || undefined);
  const stopped = one.service.kill('SIGTERM');
  const answer = await revoking;
  expect(await stopped).toEqual({ code: 0, signal: null });
  process.kill(other.service.pid, 'SIGCONT');
  expect(answer.headers['compass-position']).toBeDefined();
  expectProblem(answer, 503, 'command.not_shown');

  // It has left the list, so nobody waits for it any more.
  await eventually('the key', async () => (await verify(other, secret)).body.code === 'REVOKED' || undefined);
  expect(outcomesOf(await revokeEverywhere(other, key.id))).toEqual(['confirmed']);
});
