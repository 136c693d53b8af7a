import { randomBytes } from 'node:crypto';
import { copyTo } from '../../src/admin/hand-over.js';
import { type Config, loadConfig } from '../../src/config/config.js';
import { createLog } from '../../src/platform/log.js';
import { startService } from '../../src/service.js';
// Loaded beforehand: within Jest that takes seconds, in which connections that are being made would time out.
import '../../src/serving.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type StandIn, startStandIn } from '../support/eventstore-stand-in/index.js';
import { bearer, createHttpClient } from '../support/http-client.js';
import { type Api, createApi, type NewKey, type Owner } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';

const log = createLog({ level: 'silent' });
let database: TestDatabase;
let standIn: StandIn;
let onBoth: Config;

beforeAll(async () => {
  [database, standIn] = await Promise.all([createTestDatabase(), startStandIn()]);
  onBoth = loadConfig({
    COMPASS_DATABASE_URL: database.url,
    COMPASS_EVENTSTORE_URL: standIn.url,
    COMPASS_MASTER_KEY: randomBytes(32).toString('base64'),
    COMPASS_HTTP_PORT: '0',
  });
});

afterAll(async () => {
  standIn.stop();
  await database.drop();
});

const onPostgres = (): Config => ({ ...onBoth, eventStoreUrl: undefined });

async function serve(config: Config, work: (api: Api, url: string) => Promise<void>): Promise<void> {
  const service = await startService(config, log);
  const client = createHttpClient(service.url);
  try {
    await work(createApi(client, service.url, createSecrets()), service.url);
  } finally {
    client.close();
    await service.stop();
  }
}

let owner: Owner;
let gateway: NewKey;
let [kept, revoked]: (NewKey | undefined)[] = [];

/** The same session on a service at another port. */
const ownerAt = (origin: string): Owner => ({ ...owner, headers: { ...owner.headers, origin } });

async function verdictOf(api: Api, key: NewKey | undefined): Promise<string> {
  const { body } = await api.verify(bearer(gateway.secret), { key: key?.secret ?? '' });
  return body.code;
}

test('a log is copied beside a running service, which then is asked to stop', async () => {
  await serve(onPostgres(), async (api) => {
    owner = await api.signUp();
    gateway = await api.createKey(owner, { scopes: ['verify'] });
    [kept, revoked] = [await api.createKey(owner, { name: 'Kept' }), await api.createKey(owner, {})];
    await api.revoke(owner, revoked.key.id);
    const { events, copied, serving, isDone } = await copyTo('eventstore', onBoth, log);
    expect([events, serving, isDone]).toEqual([copied, 1, false]);
    expect(events).toBeGreaterThan(5);
  });
  await expect(startService(onBoth, log)).rejects.toThrow('npm run admin -- copy-log --to eventstore');
});

test('the rest is copied when it has stopped, and everything is as it was on the other engine', async () => {
  expect(await copyTo('eventstore', onBoth, log)).toMatchObject({ left: 0, serving: 0, isDone: true });
  await serve(onBoth, async (api, url) => {
    expect([await verdictOf(api, kept), await verdictOf(api, revoked)]).toEqual(['VALID', 'REVOKED']);
    const { body } = await api.send<{ items: { name: string }[] }>('GET', '/v1/keys', { as: ownerAt(url) });
    expect(body.items.map(({ name }) => name)).toContain('Kept');
    await api.revoke(ownerAt(url), kept?.key.id ?? '');
  });
  await expect(startService(onPostgres(), log)).rejects.toThrow('copy-log --to postgres');
});

test('and back, with what happened there', async () => {
  const { copied, isDone } = await copyTo('postgres', onBoth, log);
  expect([copied > 0, isDone]).toEqual([true, true]);
  await serve(onPostgres(), async (api, url) => {
    expect(await verdictOf(api, kept)).toBe('REVOKED');
    const next = await api.createKey(ownerAt(url), {});
    expect(await verdictOf(api, next)).toBe('VALID');
  });
});

test('without an EventStoreDB to copy to it says which setting is missing', async () => {
  await expect(copyTo('eventstore', onPostgres(), log)).rejects.toThrow('COMPASS_EVENTSTORE_URL');
});
