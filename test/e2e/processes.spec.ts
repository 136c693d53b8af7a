import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { availableParallelism } from 'node:os';
import type { Confirmation } from '../../src/domain/key/events.js';
import { readCommandLine } from '../../src/platform/embedded-postgres/process.js';
import { type DataDirectory, makeDataDirectory } from '../support/data-directory.js';
import { createTestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { bearer, type Caller, createHttpClient, type HttpClient } from '../support/http-client.js';
import { type Api, createApi, type NewKey, type Owner } from '../support/people.js';
import { createSecrets } from '../support/secrets.js';
import { launchService, type SpawnedService, spawnService } from '../support/spawned-service.js';

/** The service as two processes on one port. */

let data: DataDirectory;
let service: SpawnedService;
let client: HttpClient;
let api: Api;
let owner: Owner;
let gateway: NewKey;

const settings = () => ({ COMPASS_DATA_DIR: data.path, COMPASS_PROCESSES: '2' });

async function start(): Promise<void> {
  service = await spawnService(settings());
  client = createHttpClient(service.url);
  api = createApi(client, service.url, createSecrets());
}

/** Whoever signed up before a restart sends the Origin of the new address. */
const asOwner = () => ({ headers: { ...owner.headers, origin: service.url } });

beforeAll(async () => {
  data = makeDataDirectory();
  await start();
  owner = await api.signUp();
  gateway = await api.createKey(owner, { scopes: ['verify', 'keys'], role: 'admin' });
});

afterAll(async () => {
  client.close();
  await service.kill('SIGTERM');
  await data.remove();
});

/** The processes that serve: children of the first one. */
function workerPids(): number[] {
  const children = readFileSync(`/proc/${service.pid}/task/${service.pid}/children`, 'utf8');
  return children
    .trim()
    .split(' ')
    .map(Number)
    .filter((pid) => readCommandLine(pid).includes('main.js'));
}

function exists(pid: number): boolean {
  return readdirSync('/proc').includes(String(pid));
}

/** One connection, which stays with the process that took it. */
interface Connection {
  readonly agent: Agent;
  /** The number of the process. */
  readonly process: number;
}

/** Each process numbers its log lines, and each line of a request has its id. */
async function connect(): Promise<Connection> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const id = randomUUID();
  await api.send('GET', '/livez', { agent, headers: { 'x-request-id': id } });
  const line = await eventually('its log line', () =>
    service
      .output()
      .split('\n')
      .find((one) => one.includes(id) && one.endsWith('}')),
  );
  return { agent, process: (JSON.parse(line) as { process: number }).process };
}

/** A connection to each of the two. The kernel spreads them as it likes, so it takes some tries. */
async function connectToBoth(): Promise<[Connection, Connection]> {
  const one = await connect();
  const other = await eventually('a connection to the other process', async () => {
    const next = await connect();
    if (next.process !== one.process) return next;
    next.agent.destroy();
    return undefined;
  });
  return [one, other];
}

test('both serve, and what one has done the other knows', async () => {
  expect(workerPids()).toHaveLength(2);
  expect(service.output()).toContain('by 2 processes');
  const [one, other] = await connectToBoth();
  const created = await api.send<NewKey>('POST', '/v1/keys', { as: asOwner(), body: {}, agent: one.agent });
  const position = String(created.headers['compass-position']);
  const list = await api.send<{ items: { id: string }[] }>('GET', '/v1/keys', {
    as: asOwner(),
    headers: { 'compass-min-position': position },
    agent: other.agent,
  });
  expect(list.body.items.map(({ id }) => id)).toContain(created.body.key.id);
  one.agent.destroy();
  other.agent.destroy();
});

test('a revoked key is never allowed by the process that revoked it, and soon by no other', async () => {
  const [one, other] = await connectToBoth();
  const verify = (key: string, { agent }: Connection) =>
    api.verify(bearer(gateway.secret), { key }, { agent }).then(({ body }) => body.code);
  for (let round = 0; round < 40; round++) {
    const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
    const { key, secret } = await api.createKey(owner);
    await eventually(
      'the key everywhere',
      async () => (await verify(secret, there)) === 'VALID' || undefined,
    );
    const revoked = await api.revoke(asOwner(), key.id, { body: {}, agent: here.agent });
    expect(revoked.status).toBe(200);
    expect(await verify(secret, here)).toBe('REVOKED');
    await eventually(
      'the end of the key',
      async () => (await verify(secret, there)) === 'REVOKED' || undefined,
    );
  }
  one.agent.destroy();
  other.agent.destroy();
});

/** An administrator, who has joined the owner's team by an invitation. */
async function newAdmin() {
  const email = `${randomUUID()}@example.com`;
  const path = '/v1/invitations';
  const sending = { as: asOwner(), body: { email, role: 'ADMIN' } };
  const invited = await api.send<{ invitation: { url: string } }>('POST', path, sending);
  const [, invitation] = invited.body.invitation.url.split('#');
  const body = { email, password: randomUUID(), name: 'Grace', invitation };
  const answer = await api.send<{ user: { id: string } }>('POST', '/v1/sign-up', { body });
  return { as: api.sessionOf(answer), userId: answer.body.user.id };
}

test('a member who is demoted or removed is that at once where it was done, and soon everywhere', async () => {
  const [one, other] = await connectToBoth();
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const { as, userId } = await newAdmin();
    const statusOf = async (path: string, asker: Caller, { agent }: Connection) =>
      (await api.send('GET', path, { as: asker, agent })).status;
    const team = (at: Connection) => statusOf('/v1/team', as, at);
    for (const at of [here, there]) {
      await eventually('the member everywhere', async () => (await team(at)) === 200 || undefined);
    }
    const fields = { type: 'personal_token', scopes: ['project', 'keys'], role: 'admin' };
    const token = bearer((await api.createKey(as, fields)).secret);
    const seen = async (at: Connection) => [await team(at), await statusOf('/v1/keys', token, at)].join();
    await eventually('the token everywhere', async () => (await seen(there)) === '200,200' || undefined);
    const member = { as: asOwner(), agent: here.agent };
    const path = `/v1/members/${userId}`;
    expect((await api.send('PATCH', path, { ...member, body: { role: 'USER' } })).status).toBe(200);
    expect(await seen(here)).toBe('403,403');
    await eventually('the demotion', async () => (await seen(there)) === '403,403' || undefined);
    expect((await api.send('DELETE', path, member)).status).toBe(204);
    expect(await seen(here)).toBe('404,401');
    await eventually('the removal', async () => (await seen(there)) === '404,401' || undefined);
  }
  one.agent.destroy();
  other.agent.destroy();
});

test('a key that is revoked everywhere is refused by both at the answer', async () => {
  const [one, other] = await connectToBoth();
  const outcomes = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
    const { key, secret } = await api.createKey(owner);
    const path = `/v1/keys/${key.id}/revoke?wait=everywhere`;
    const { body } = await api.send<{ receipt: Confirmation }>('POST', path, {
      as: asOwner(),
      body: {},
      agent: here.agent,
    });
    const verdict = await api.verify(bearer(gateway.secret), { key: secret }, { agent: there.agent });
    outcomes.add([...body.receipt.processes.map(({ outcome }) => outcome), verdict.body.code].join());
  }
  expect([...outcomes]).toEqual(['confirmed,confirmed,REVOKED']);
  one.agent.destroy();
  other.agent.destroy();
});

test('commands to one key by both at once are all carried out, each once', async () => {
  const { key } = await api.createKey(owner);
  const [one, other] = await connectToBoth();
  const renamesCount = 30;
  const statuses: number[] = [];
  async function rename({ agent }: Connection): Promise<void> {
    for (let n = 0; n < renamesCount; n++) {
      const body = { name: `${agent === one.agent}-${n}` };
      statuses.push((await api.send('PATCH', `/v1/keys/${key.id}`, { as: asOwner(), body, agent })).status);
    }
  }
  await Promise.all([rename(one), rename(other)]);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const { body } = await api.send<{ key: { revision: number } }>('GET', `/v1/keys/${key.id}`, {
    as: asOwner(),
  });
  expect(body.key.revision).toBe(key.revision + 2 * renamesCount);
  one.agent.destroy();
  other.agent.destroy();
});

test('metrics are those of both, and do not go down when one of them ends', async () => {
  const [one, other] = await connectToBoth();
  const before = await verdictsCount();
  for (const { agent } of [one, other, one]) {
    await api.verify(bearer(gateway.secret), { key: gateway.secret }, { agent });
  }
  expect(await verdictsCount()).toBe(before + 3);
  process.kill(workerPids()[0]!, 'SIGKILL');
  await eventually('its successor', () => workerPids().length === 2 || undefined);
  expect(await eventually('an answer', () => verdictsCount().catch(() => undefined))).toBe(before + 3);
  one.agent.destroy();
  other.agent.destroy();
});

async function verdictsCount(): Promise<number> {
  const { text } = await api.send('GET', '/metrics', { agent: new Agent() });
  return Number(/^compass_verdicts_total\{code="VALID"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Callers that each create keys on a connection of their own, and connect anew where one breaks. */
function createUnderLoad(callersCount: number) {
  const stopping = new AbortController();
  const acknowledged: string[] = [];
  const statuses = new Set<number>();
  const breaks: string[] = [];
  async function call(): Promise<void> {
    let agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopping.signal.aborted) {
      try {
        const answer = await api.send<NewKey>('POST', '/v1/keys', { as: asOwner(), body: {}, agent });
        statuses.add(answer.status);
        if (answer.status === 201) acknowledged.push(answer.body.key.id);
      } catch (error) {
        breaks.push(String((error as NodeJS.ErrnoException).code));
        agent.destroy();
        agent = new Agent({ keepAlive: true, maxSockets: 1 });
        // The whole service is gone.
        if (breaks.at(-1) === 'ECONNREFUSED') return;
      }
    }
    agent.destroy();
  }
  const ended = Promise.all(Array.from({ length: callersCount }, call));
  return { acknowledged, statuses, breaks, ended, stop: () => stopping.abort() };
}

async function expectKept(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { status } = await api.send('GET', `/v1/keys/${id}`, { as: asOwner() });
    expect([id, status]).toEqual([id, 200]);
  }
}

test('one that is killed under load is replaced, the other goes on, and nothing acknowledged is lost', async () => {
  await eventually('two that serve', async () => (await connectToBoth().catch(() => undefined)) && true);
  const { acknowledged, statuses, breaks, ended, stop } = createUnderLoad(8);
  await eventually('some load', () => acknowledged.length > 50 || undefined);
  const [victim = 0, survivor = 0] = workerPids();
  process.kill(victim, 'SIGKILL');
  const atDeath = acknowledged.length;
  await eventually('the survivor going on', () => acknowledged.length > atDeath + 20 || undefined);
  const pids = await eventually('a successor', () => {
    const now = workerPids();
    return now.length === 2 ? now : undefined;
  });
  expect(pids).toContain(survivor);
  expect(pids).not.toContain(victim);
  stop();
  await ended;
  expect([...statuses]).toEqual([201]);
  // Only those on the connections of the victim.
  expect(breaks.length).toBeLessThanOrEqual(8);
  await expectKept(acknowledged);
  expect(service.output()).toContain('A process ended though nobody asked it to.');
});

test('it stops under load: every request is answered, all processes end, and so does the database', async () => {
  await eventually('two that serve', async () => (await connectToBoth().catch(() => undefined)) && true);
  const pids = workerPids();
  const { acknowledged, statuses, breaks, ended } = createUnderLoad(8);
  await eventually('some load', () => acknowledged.length > 50 || undefined);
  const askedAt = performance.now();
  expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(performance.now() - askedAt).toBeLessThan(10_000);
  await ended;
  expect([...statuses]).toEqual([201]);
  expect(breaks).toEqual(Array.from(breaks, () => 'ECONNREFUSED'));
  expect(pids.filter(exists)).toEqual([]);
  expect(data.postgresPids()).toEqual([]);
  client.close();
  await start();
  await expectKept(acknowledged);
});

test('when the first process is killed the others end too, and the next start serves', async () => {
  const pids = workerPids();
  expect(pids).toHaveLength(2);
  await service.kill('SIGKILL');
  client.close();
  await start();
  expect((await api.send('GET', '/readyz')).status).toBe(200);
  await eventually('the end of the others', () => !pids.some(exists) || undefined);
  await expectKept([gateway.key.id]);
});

test('a port that somebody has is refused in words, also one that several processes share', async () => {
  const elsewhere = makeDataDirectory();
  const { port } = new URL(service.url);
  const second = launchService({ ...settings(), COMPASS_DATA_DIR: elsewhere.path, COMPASS_HTTP_PORT: port });
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.output()).toContain('choose another port by COMPASS_HTTP_PORT');
  await elsewhere.remove();
});

test('a database of yours that allows too few connections for all processes is refused in words', async () => {
  const database = await createTestDatabase();
  const refused = launchService({
    COMPASS_DATABASE_URL: database.url,
    COMPASS_MASTER_KEY: randomBytes(32).toString('base64'),
    COMPASS_PROCESSES: '16',
  });
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  // Each its pool, four for what takes its time and eight others; the first process 16, and 10 are kept free.
  const pool = Math.min(12, 4 + availableParallelism());
  const needed = 16 * (pool + 4 + 8) + 16 + 10;
  expect(refused.output()).toContain(
    `PostgreSQL allows 100 connections, and 16 processes may hold ${needed}.`,
  );
  await database.drop();
});

test('while it starts, it stops all the same and leaves nothing running', async () => {
  const elsewhere = makeDataDirectory();
  const starting = launchService({ ...settings(), COMPASS_DATA_DIR: elsewhere.path });
  await eventually('its Postgres', () => elsewhere.postgresPids().length > 0 || undefined);
  expect(await starting.kill('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(starting.output()).not.toContain('is serving');
  expect(elsewhere.postgresPids()).toEqual([]);
  await elsewhere.remove();
});
