import { join } from 'node:path';
import type { Confirmation } from '../../src/domain/key/events.js';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { eventually } from '../support/eventually.js';
import { type Answer, bearer, type Caller, createHttpClient } from '../support/http-client.js';
import { onPostgres } from '../support/log-place.js';
import { type Api, createApi, type NewKey, type Owner } from '../support/people.js';
import { expectDocument } from '../support/problems.js';
import { createSecrets } from '../support/secrets.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

/**
 * Postgres dies, or freezes, under load. Two services stand on it: one that keeps it, and one that must not
 * trust its memory for longer than a few seconds.
 */

const boundSeconds = 4;

let data: DataDirectory;
let keeper: SpawnedService;
let strict: SpawnedService;
let owner: Owner;
let gateway: NewKey;
let plain: NewKey;

beforeAll(async () => {
  data = makeDataDirectory();
  keeper = await spawnService({ ...onPostgres, COMPASS_DATA_DIR: data.path });
  strict = await spawnService({
    ...onPostgres,
    COMPASS_DATABASE_URL: data.databaseUrl(),
    COMPASS_MASTER_KEY_FILE: join(data.path, 'master.key'),
    COMPASS_VERIFY_MAX_STALENESS_SECONDS: String(boundSeconds),
  });
  owner = await of(keeper).signUp();
  gateway = await of(keeper).createKey(owner, { scopes: ['verify'] });
  plain = await of(keeper).createKey(owner);
});

afterAll(async () => {
  data.signalPostgres('SIGCONT');
  await Promise.all([strict.kill('SIGTERM'), keeper.kill('SIGTERM')]);
  await data.remove();
});

function of({ url }: SpawnedService): Api {
  return createApi(createHttpClient(url), url, createSecrets());
}

const session = ({ url }: SpawnedService): Caller => ({ headers: { ...owner.headers, origin: url } });

/** Longer than any time-out of the service, with what a busy machine adds. */
const patienceMilliseconds = 12_000;

/** One request of each kind that needs the database. */
function needy(service: SpawnedService): Promise<Answer<unknown>>[] {
  const { send } = of(service);
  const as = session(service);
  const person = { email: owner.email, password: owner.password };
  return [
    send('POST', '/v1/keys', { as, body: {} }),
    send('POST', `/v1/keys/${plain.key.id}/revoke`, { as: bearer(gateway.secret) }),
    send('GET', `/v1/keys/${plain.key.id}`, { as: bearer(plain.secret) }),
    send('GET', `/v1/keys/${plain.key.id}/history`, { as: bearer(plain.secret) }),
    send('GET', '/v1/projects', { as: bearer(plain.secret) }),
    send('GET', '/v1/keys', { as }),
    send('GET', '/v1/audit/events', { as }),
    send('GET', '/v1/me', { as }),
    send('POST', '/v1/sign-in', { body: person }),
    send('POST', '/v1/sign-up', {
      body: { email: 'new@example.com', password: 'long enough it is', name: 'New' },
    }),
    send('POST', '/v1/sign-out', { as: { headers: { ...as.headers, cookie: 'compass_session=a.b' } } }),
  ];
}

/** Each is answered in time: as ever, or that it should be tried again. */
async function expectPatience(requests: readonly Promise<Answer<unknown>>[]): Promise<number[]> {
  const askedAt = performance.now();
  const answers = await Promise.all(requests);
  expect(performance.now() - askedAt).toBeLessThan(patienceMilliseconds);
  for (const answer of answers) {
    if (answer.status < 500) continue;
    expectDocument(answer);
    expect([answer.status, answer.text, Number(answer.headers['retry-after'])]).toEqual([
      503,
      answer.text,
      expect.any(Number),
    ]);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  }
  return answers.map(({ status }) => status);
}

const verify = (service: SpawnedService) => of(service).verify(bearer(gateway.secret), { key: plain.secret });

async function expectBack(service: SpawnedService): Promise<void> {
  const { send } = of(service);
  const isBack = async () =>
    (await send('POST', '/v1/keys', { as: session(service), body: {} })).status === 201;
  await eventually('writes', async () => (await isBack()) || undefined);
  await eventually('verification', async () => (await verify(service)).body.allowed || undefined);
  const ready = async () => (await send('GET', '/readyz')).status === 200;
  await eventually('readiness', async () => (await ready()) || undefined);
}

test('both services serve one log', async () => {
  const { key, secret } = await of(keeper).createKey(owner);
  await eventually('the key', async () => (await of(strict).verifyItself(secret)).body.allowed || undefined);
  await of(keeper).revoke(owner, key.id);
  await eventually(
    'its end',
    async () => (await of(strict).verifyItself(secret)).status === 401 || undefined,
  );
});

test('Postgres dies under load: requests are answered, verification goes on, it comes back by itself', async () => {
  const died = data.postgresPids()[0];
  const verdicts: boolean[] = [];
  let isBack = false;
  const verifying = (async () => {
    while (!isBack) verdicts.push((await verify(keeper)).body.allowed);
  })();
  const asking = (async () => {
    while (!isBack) await expectPatience(needy(keeper));
  })();
  await eventually('some verdicts', () => verdicts.length > 20 || undefined);
  data.signalPostgres('SIGKILL');
  await eventually('another Postgres', () => {
    const [pid] = data.postgresPids();
    return pid !== undefined && pid !== died ? pid : undefined;
  });
  await expectBack(keeper);
  await expectBack(strict);
  isBack = true;
  await Promise.all([verifying, asking]);
  expect(new Set(verdicts)).toEqual(new Set([true]));
});

test('Postgres freezes: requests are told to come again, verification goes on as long as it may, then no more', async () => {
  data.signalPostgres('SIGSTOP');
  const frozenAt = performance.now();
  const asked = expectPatience([...needy(keeper), ...needy(strict)]);
  expect((await verify(keeper)).body).toMatchObject({ allowed: true, code: 'VALID' });
  expect((await verify(strict)).body).toMatchObject({ allowed: true, code: 'VALID' });
  const stale = await eventually('staleness', async () => {
    const askedAt = performance.now();
    const answer = await verify(strict);
    if (answer.status === 503) return answer;
    expect(askedAt - frozenAt).toBeLessThan(boundSeconds * 1_000);
    return undefined;
  });
  expect(expectDocument(stale).code).toBe('verification.stale');
  expect(Number(stale.headers['retry-after'])).toBeGreaterThan(0);
  const whoami = await of(strict).send('GET', '/v1/whoami', { as: bearer(plain.secret) });
  expect(whoami.body.code).toBe('verification.stale');
  expect((await of(strict).send('GET', '/readyz')).status).toBe(503);

  expect(await asked).toContain(503);
  expect((await verify(keeper)).body.allowed).toBe(true);
  data.signalPostgres('SIGCONT');
  await expectBack(keeper);
  await expectBack(strict);
});

test('afterwards both know all that was done, and say so', async () => {
  // Who has lost the connection on which it is called out to makes another one after some seconds; until then it
  // says later that it has it, or is waited for no longer than its bound.
  const { key, revoked } = await eventually('an end that both confirm', async () => {
    const created = await of(keeper).createKey(session(keeper));
    const path = `/v1/keys/${created.key.id}/revoke?wait=everywhere`;
    const answer = await of(keeper).send<{ receipt: Confirmation }>('POST', path, {
      as: session(keeper),
      body: {},
    });
    expect((await of(strict).verifyItself(created.secret)).status).toBe(401);
    const outcomes = answer.body.receipt.processes.map(({ outcome }) => outcome);
    return outcomes.join() === 'confirmed,confirmed' ? { ...created, revoked: answer } : undefined;
  });
  const list = await of(strict).send<{ items: { id: string; status: string }[] }>('GET', '/v1/keys', {
    as: session(strict),
    headers: { 'compass-min-position': String(revoked.headers['compass-position']) },
  });
  expect(list.body.items.find(({ id }) => id === key.id)?.status).toBe('REVOKED');
});
