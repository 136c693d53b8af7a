import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { eventually } from '../support/eventually.js';
import { bearer, createHttpClient } from '../support/http-client.js';
import { type Api, createApi, type NewKey, type Owner } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';
import { launchService, type SpawnedService, spawnService } from '../support/spawned-service.js';

let data: DataDirectory;

beforeAll(() => {
  data = makeDataDirectory();
});

afterAll(() => data.remove());

const start = () => spawnService({ COMPASS_DATA_DIR: data.path });

function open({ url }: SpawnedService): { api: Api; close: () => void } {
  const client = createHttpClient(url);
  return { api: createApi(client, url, createSecrets()), close: () => client.close() };
}

const isRunning = () => data.postgresPids().length > 0;

/** Kept connections, each asking one thing after the other until the service is not there any more. */
function load(api: Api, owner: Owner, gateway: NewKey, connections: number) {
  const statuses = new Map<number, number>();
  const ends = new Map<string, number>();
  const asked = [
    (agent: Agent) => api.verify(bearer(gateway.secret), { key: owner.freeKey.secret }, { agent }),
    (agent: Agent) => api.send('POST', '/v1/keys', { as: owner, body: {}, agent }),
    (agent: Agent) => api.send('GET', '/v1/keys?limit=5', { as: owner, agent }),
    (agent: Agent) => api.send('GET', '/v1/whoami', { as: bearer(gateway.secret), agent }),
  ];
  const count = <Key>(counts: Map<Key, number>, key: Key) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const run = async (ask: (agent: Agent) => Promise<{ status: number }>): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        count(statuses, (await ask(agent)).status);
      } catch (error) {
        count(ends, (error as NodeJS.ErrnoException).code ?? String(error));
        agent.destroy();
        return;
      }
    }
  };
  const running = Array.from({ length: connections }, (_, index) => run(asked[index % asked.length]!));
  return { statuses, ends, ended: Promise.all(running) };
}

test('under load, every request is answered, and what was counted is written down', async () => {
  const service = await start();
  const { api, close } = open(service);
  const owner = await api.signUp();
  const gateway = await api.createKey(owner, { scopes: ['verify'] });
  const connections = 32;
  const { statuses, ends, ended } = load(api, owner, gateway, connections);
  await eventually('some load', () => (statuses.get(200) ?? 0) > 500 || undefined);
  // Known to no flush before the one of the stop, as likely as not.
  const last = await api.createKey(owner);
  expect((await api.verifyItself(last.secret)).body.allowed).toBe(true);

  const askedAt = performance.now();
  const exit = await service.kill('SIGTERM');
  expect(performance.now() - askedAt).toBeLessThan(10_000);
  await ended;
  close();
  expect(exit).toEqual({ code: 0, signal: null });
  expect([...ends]).toEqual([['ECONNREFUSED', connections]]);
  expect([...statuses.keys()].sort()).toEqual([200, 201]);
  expect(isRunning()).toBe(false);
  expect(service.output()).not.toMatch(/"level":"(error|fatal)"/);

  const again = await start();
  const { api: later, close: closeLater } = open(again);
  const { body } = await later.send<{ key: { lastUsedAt: string } }>('GET', `/v1/keys/${last.key.id}`, {
    as: { headers: { ...owner.headers, origin: again.url } },
  });
  expect(Date.parse(body.key.lastUsedAt)).toBeGreaterThanOrEqual(Date.parse(last.key.createdAt));
  closeLater();
  expect((await again.kill('SIGINT')).code).toBe(0);
});

test('a second service on the same data stops with words, and the first goes on', async () => {
  const first = await start();
  const second = launchService({ COMPASS_DATA_DIR: data.path });
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output()).toContain('Another service already runs on this data');
  expect(second.output()).toContain('COMPASS_DATA_DIR');
  const { api, close } = open(first);
  expect((await api.send('GET', '/readyz')).status).toBe(200);
  // A bundle has its own ways with the names of classes, by which the document calls what is sent.
  const { body: document } = await api.send('GET', '/openapi.json');
  expect(document).toEqual(JSON.parse(readFileSync('openapi.json', 'utf8')));
  close();
  expect((await first.kill('SIGTERM')).code).toBe(0);
  expect(isRunning()).toBe(false);
});

test('while it starts, it stops all the same and leaves nothing running', async () => {
  const service = launchService({ COMPASS_DATA_DIR: data.path });
  await eventually('Postgres of the starting service', () => isRunning() || undefined);
  expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(service.output()).not.toContain('is serving');
  expect(isRunning()).toBe(false);
});
