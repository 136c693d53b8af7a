import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { KeyAccessRow } from '../../../../projections/access/table.js';
import { keyAccessOf, memberAccessOf } from '../../../../test/support/key-access.js';
import { instant } from '../../../../test/support/projection-events.js';
import { formatSecret } from '../../../domain/access/secret.js';
import type { Accounts } from '../../../identity/accounts.js';
import { createMetrics } from '../../../platform/metrics.js';
import { sha256 } from '../../../platform/random.js';
import { createAccessIndex } from '../../../verification/access-index.js';
import { createAuthenticator } from '../../../verification/authenticator.js';
import type { Use } from '../../../verification/uses.js';
import { stale } from '../outages.js';
import { createPrincipals } from '../principals.js';
import { nodeServerOptions } from '../server.js';
import { createVerifyServer, type VerifyServer } from './verify-server.js';

const gatewaySecret = formatSecret('cks', new Uint8Array(32).fill(1));
const targetSecret = formatSecret('cks', new Uint8Array(32).fill(2));

function keyOf(keyId: string, secret: string, changes: Partial<KeyAccessRow>): KeyAccessRow {
  return keyAccessOf({
    keyId,
    userIds: ['u1'],
    secrets: [{ secretId: `secret-of-${keyId}`, digest: sha256(secret), validUntil: null }],
    ...changes,
  });
}
const gateway = keyOf('gateway', gatewaySecret, { scopes: ['verify'], expiresAt: instant(100) });
const target = keyOf('target', targetSecret, { appId: 'app-7' });

const index = createAccessIndex();
const metrics = createMetrics();
let now = instant(0);
let isStale = false;
let isDraining = false;
let parsedCount = 0;
/** Heads are known once they have come before; with a line of their own they never are. */
let way: 'known' | 'new' = 'new';
let uses: Use[] = [];
let verifyServer: VerifyServer;
let server: Server;
let agent: Agent;

beforeAll(async () => {
  const clock = { now: () => new Date(now) };
  const recorder = { record: (use: Use) => void uses.push(use) } as never;
  const requireFresh = () => {
    if (isStale) throw stale();
  };
  const accounts = { session: () => Promise.resolve(undefined) } as unknown as Accounts;
  const authenticator = createAuthenticator(index);
  const shared = { uses: recorder, clock, requireFresh };
  const isTeam = () => Promise.resolve(false);
  const principals = createPrincipals({ ...shared, accounts, authenticator, publicUrl: undefined, isTeam });
  const report = (error: unknown) => {
    throw error;
  };
  verifyServer = await createVerifyServer({
    ...shared,
    index,
    principals,
    metrics,
    trustedProxies: [],
    report,
  });
  server = createServer(nodeServerOptions, verifyServer.handle);
  verifyServer.watch(server, () => !isDraining);
  server.on('request', () => (parsedCount += 1));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
  await verifyServer.close();
});

beforeEach(() => {
  index.putKey(gateway);
  index.putKey(target);
  [now, isStale, isDraining, uses] = [instant(0), false, false, []];
  // One connection: the second request is the first that a remembered caller makes.
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
});

afterEach(() => agent.destroy());

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

let nonce = 0;

function post(body: unknown, headers: Record<string, string> = {}, path = '/v1/verify'): Promise<Answer> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      agent,
      path,
      method: 'POST',
      port: (server.address() as AddressInfo).port,
      headers: {
        authorization: `Bearer ${gatewaySecret}`,
        'content-type': 'application/json',
        'content-length': bytes.length,
        ...(way === 'new' && { 'x-nonce': String(nonce++) }),
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: JSON.parse(text) });
      });
    });
    request.end(bytes);
  });
}

const question = { key: targetSecret, permission: 'models:train' };
const remembered = () => post(question);

/** From then on the caller is remembered, and so is the head of a request with as long a body, where they may be. */
async function learn(body: unknown = question): Promise<void> {
  const { length } = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  for (let count = 0; count < 4; count += 1) await post('{"key":"a"}'.padEnd(length));
  uses = [];
}

/** @returns how many requests Node has parsed meanwhile */
async function parsedIn(work: () => Promise<unknown>): Promise<number> {
  const before = parsedCount;
  await work();
  return parsedCount - before;
}

it('says the same in every way, to the byte', async () => {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const body = JSON.stringify(question);
  const lines = `host: x\r\nauthorization: Bearer ${gatewaySecret}\r\ncontent-type: application/json\r\nx-request-id: mine`;
  const answers: string[] = [];
  const parsed = await parsedIn(async () => {
    for (const _ of ['Fastify', 'Node', 'Node, and learned', 'nobody']) {
      socket.write(`POST /v1/verify HTTP/1.1\r\n${lines}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      answers.push(chunk.toString());
    }
  });
  socket.destroy();
  expect(parsed).toBe(3);
  const parts = answers.map((answer) => {
    const [head = '', told] = answer.replace(/^Date: .{29}$/m, 'Date: now').split('\r\n\r\n');
    return [head.split('\r\n').toSorted(), told];
  });
  // Fastify has an order of its own.
  expect(parts).toEqual(parts.map(() => parts[0]));
  expect(new Set(answers.slice(1).map((answer) => answer.replace(/Date: .*/, ''))).size).toBe(1);
  expect(answers[3]).toMatch(/^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r$/m);
});

describe.each(['new', 'known'] as const)('a remembered caller, with heads that are %s,', (heads) => {
  beforeEach(async () => {
    way = heads;
    await learn();
  });
  afterEach(() => (way = 'new'));

  it('is read by Node where it must', async () => {
    expect(await parsedIn(remembered)).toBe(heads === 'known' ? 0 : 1);
    isDraining = true;
    expect(await parsedIn(remembered)).toBe(1);
  });

  it('is answered as the first time, headers included', async () => {
    const id = { 'x-request-id': 'mine' };
    const first = await post(question, id);
    const second = await post(question, id);
    const { date: _first, ...headers } = first.headers;
    const { date: _second, ...others } = second.headers;
    expect(first).toMatchObject({ status: 200, body: { allowed: true, code: 'VALID', keyId: 'target' } });
    expect(second.body).toEqual(first.body);
    expect(others).toEqual(headers);
    expect(headers).toMatchObject({ 'x-request-id': 'mine', 'cache-control': 'no-store' });
    expect(JSON.stringify(second.body)).not.toContain('u1');
    const counted = uses.map(({ access, permission }) => `${access.keyId} ${permission}`).toSorted();
    const [own, asked] = ['gateway undefined', 'target models:train'];
    expect(counted).toEqual([own, own, asked, asked]);
  });

  it('gets new request ids of its own', async () => {
    const ids = [await remembered(), await remembered()].map(({ headers }) => headers['x-request-id']);
    expect(new Set(ids).size).toBe(2);
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)));
  });

  it('is answered in turn, each question by its own answer, when many arrive together', async () => {
    const bytes = (id: string, key: string) => {
      const body = JSON.stringify({ key });
      const head = `host: x\r\nauthorization: Bearer ${gatewaySecret}\r\ncontent-type: application/json\r\n`;
      return `POST /v1/verify HTTP/1.1\r\n${head}x-request-id: ${id}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    await remembered();
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const gone = connect((server.address() as AddressInfo).port, '127.0.0.1');
    gone.write(bytes('gone', targetSecret), () => gone.destroy());
    // In one piece, so that they are taken up in one turn of the event loop.
    socket.write(['a', 'b', 'c'].map((id) => bytes(id, id === 'b' ? gatewaySecret : targetSecret)).join(''));
    let text = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk;
      if (text.split('"keyId"').length === 4) break;
    }
    const told = [...text.matchAll(/x-request-id: (\w+)|"keyId":"(\w+)"/g)].map(
      ([, id, keyId]) => id ?? keyId,
    );
    expect(told).toEqual(['a', 'target', 'b', 'gateway', 'c', 'target']);
    expect((await remembered()).status).toBe(200);
  });

  it('is forgotten at once when it is revoked', async () => {
    await remembered();
    index.putKey({ ...gateway, revokedAt: now, revision: 2 });
    expect(await remembered()).toMatchObject({ status: 401, body: { code: 'credential.wrong' } });
  });

  it('is refused once it expires between two requests', async () => {
    await remembered();
    now = instant(99);
    expect((await remembered()).status).toBe(200);
    now = instant(100);
    expect((await remembered()).status).toBe(401);
  });

  it('is not mistaken for the next one on the connection', async () => {
    await remembered();
    const authorization = `Bearer ${targetSecret}`;
    const other = await post({ key: gatewaySecret }, { authorization });
    expect(other).toMatchObject({ status: 403, body: { code: 'right.missing' } });
    expect((await post(question, { authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('learns of a revoked key at once', async () => {
    await remembered();
    index.putKey({ ...target, revokedAt: now, revision: 2 });
    expect((await remembered()).body).toMatchObject({ allowed: false, code: 'REVOKED', revision: 2 });
  });

  it('loses the right to ask at once', async () => {
    await remembered();
    index.putKey({ ...gateway, scopes: ['project'], revision: 2 });
    expect((await remembered()).status).toBe(403);
    expect((await remembered()).status).toBe(403);
  });

  it('is refused while verification is stale', async () => {
    await remembered();
    isStale = true;
    const { status, headers, body } = await remembered();
    expect([status, headers['retry-after'], body['code']]).toEqual([503, '1', 'verification.stale']);
  });

  it.each([
    ['not JSON', '{"key":', 400, 'request.malformed_json'],
    ['empty', '', 400, 'request.invalid'],
    ['an array', '[]', 400, 'request.invalid'],
    ['no key', '{}', 400, 'request.invalid'],
    ['an unknown field', { ...question, budget: 'm' }, 400, 'request.invalid'],
    ['a prototype', `{"key":"a","__proto__":{"a":1}}`, 400, 'request.invalid'],
    ['a number', { key: 1 }, 400, 'request.invalid'],
    ['an empty model', { ...question, model: '' }, 400, 'request.invalid'],
    ['too long', { key: 'a'.repeat(513) }, 400, 'request.invalid'],
    ['too large', JSON.stringify({ key: 'a'.repeat(70_000) }), 413, 'request.too_large'],
  ])('is told the same as everybody of a body that is %s', async (_, body, status, code) => {
    await learn(body);
    const known = await post(body);
    agent.destroy();
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const fresh = await post(body);
    expect([known.status, known.body['code']]).toEqual([status, code]);
    expect({ ...known.body, requestId: '' }).toEqual({ ...fresh.body, requestId: '' });
    expect(known.headers['content-type']).toBe('application/problem+json');
  });

  it.each([
    [
      'a list',
      { key: targetSecret, permissions: ['models:train', 'connections:write'] },
      'INSUFFICIENT_ROLE',
    ],
    ['a scope', { key: targetSecret, scope: 'inference' }, 'INSUFFICIENT_SCOPE'],
    ['other letters', { key: targetSecret, project: 'проект' }, 'WRONG_PROJECT'],
    ['nonsense', { key: 'nonsense' }, 'NOT_FOUND'],
    ['a model', { ...question, model: 'm1' }, 'RESOURCE_NOT_ASSIGNED'],
    ['a resource', { ...question, resource: 'r1' }, 'RESOURCE_NOT_ASSIGNED'],
    ['an application', { ...question, appId: 'app-8' }, 'APP_MISMATCH'],
  ])('may ask with %s', async (_, body, code) => {
    await learn(body);
    expect(await post(body)).toMatchObject({ status: 200, body: { allowed: false, code } });
  });

  it('is counted', async () => {
    const count = async () => {
      const text = await metrics.print();
      const of = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
      return [
        of('compass_verify_requests_total\\{status="200"\\}'),
        of('compass_verdicts_total\\{code="VALID"\\}'),
        of('compass_verify_seconds_count'),
      ];
    };
    await remembered();
    const before = await count();
    await remembered();
    await remembered();
    expect(await count()).toEqual(before.map((one) => one + 2));
  });
});

describe('what is told of a key', () => {
  const model = { key: targetSecret, model: 'm1' };

  beforeEach(() => {
    index.putKey({ ...target, resources: [{ resourceId: 'r1', model: 'm1' }], biasProfileId: 'b1' });
    index.putProfile({
      profileId: 'b1',
      teamId: 't1',
      name: 'With "care"',
      settingsText: '{"weights":[0.5,{"тон":"warm"}]}',
      revision: 3,
    });
  });

  const putResource = (isActive: boolean) =>
    index.putResource({ resourceId: 'r1', teamId: 't1', model: 'm1', isActive, revision: 1 });

  it('is what grants a model, at once as it changes', async () => {
    putResource(true);
    const granted = { allowed: true, code: 'VALID', grantedBy: { type: 'resource', id: 'r1' } };
    expect((await post(model)).body).toMatchObject(granted);
    expect((await post(model)).body).toMatchObject(granted);
    putResource(false);
    expect((await post(model)).body).toMatchObject({ code: 'RESOURCE_INACTIVE', grantedBy: null });
  });

  it('is the service that grants a model, as long as it can be paid', async () => {
    const paid = { billingPolicy: 'pay_as_you_go', models: ['m1'], walletId: 'w1' } as const;
    index.putKey({ ...target, services: [{ serviceId: 's1', ...paid }] });
    index.putService({ serviceId: 's1', isFree: false, models: ['m1'], isRetired: false, revision: 1 });
    index.putWallet({ walletId: 'w1', hasFunds: true, revision: 1 });
    const granted = { allowed: true, code: 'VALID', grantedBy: { type: 'service', id: 's1' } };
    const named = { ...model, service: 's1' };
    expect((await post(named)).body).toMatchObject(granted);
    expect((await post(named)).body).toMatchObject(granted);
    index.putWallet({ walletId: 'w1', hasFunds: false, revision: 2 });
    expect((await post(named)).body).toMatchObject({ code: 'INSUFFICIENT_FUNDS', grantedBy: null });
  });

  it('is its bias profile, the first time and the second', async () => {
    const biasProfile = {
      id: 'b1',
      name: 'With "care"',
      settings: { weights: [0.5, { тон: 'warm' }] },
      revision: 3,
    };
    for (const { body } of [await remembered(), await remembered()])
      expect(body).toMatchObject({ biasProfile });
  });

  it('is the user of a personal token, and the rights that they leave it', async () => {
    index.putMember(memberAccessOf({ role: 'USER' }));
    index.putKey({
      ...target,
      type: 'personal_token',
      ownerId: 'u1',
      role: 'admin',
      scopes: ['project', 'keys'],
    });
    const { body } = await remembered();
    expect(body).toMatchObject({ userId: 'u1', role: 'member', scopes: ['project'], biasProfile: null });
  });
});

describe('a personal token that asks', () => {
  it('loses the right to ask with the role of its user, on the same connection', async () => {
    const put = (role: 'ADMIN' | 'USER') => index.putMember(memberAccessOf({ role }));
    index.putKey({ ...gateway, type: 'personal_token', ownerId: 'u1', revision: 2 });
    put('ADMIN');
    expect([(await remembered()).status, (await remembered()).status]).toEqual([200, 200]);
    put('USER');
    expect((await remembered()).status).toBe(403);
    index.putMember(memberAccessOf({ role: 'ADMIN', until: now }));
    expect((await remembered()).status).toBe(401);
  });
});

describe('a key that is limited to addresses', () => {
  it('asks from them only, every time', async () => {
    index.putKey({ ...gateway, allowedIps: ['127.0.0.0/8', '::1'] });
    expect([(await remembered()).status, (await remembered()).status]).toEqual([200, 200]);
    index.putKey({ ...gateway, allowedIps: ['192.0.2.0/24'], revision: 2 });
    expect((await remembered()).status).toBe(401);
  });
});

describe('a public key', () => {
  const [own, foreign] = ['https://a.example', 'https://b.example'];
  const ask = (origin: string | undefined) =>
    post(
      { key: targetSecret, ...(origin !== undefined && { origin }) },
      { authorization: `Bearer ${targetSecret}`, ...(origin !== undefined && { origin }) },
    );
  const putPublic = (allowedOrigins: readonly string[]) =>
    index.putKey({ ...target, public: true, scopes: ['inference'], allowedOrigins });

  it('may be used by its pages, which learn little of it', async () => {
    putPublic([own]);
    for (const { status, headers, body } of [await ask(own), await ask(own)]) {
      expect(status).toBe(200);
      expect(headers).toMatchObject({ 'access-control-allow-origin': own, vary: 'Origin' });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(body).toEqual({
        allowed: true,
        code: 'VALID',
        checked: ['NOT_FOUND', 'REVOKED', 'EXPIRED', 'INACTIVE', 'PROJECT_ARCHIVED', 'ORIGIN_NOT_ALLOWED'],
        grantedBy: null,
        keyId: 'target',
        projectId: 'p1',
        scopes: ['inference'],
        expiresAt: null,
      });
    }
  });

  it('may be used by every page when it names none, and by programs', async () => {
    putPublic([]);
    expect((await ask(foreign)).headers).toMatchObject({ 'access-control-allow-origin': foreign });
    const { status, headers } = await ask(undefined);
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([foreign, 'null', undefined])('is nobody on the page %s', async (origin) => {
    putPublic([own]);
    const { status, headers } = await ask(origin);
    expect(status).toBe(401);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('is the only one whose answers pages may read', async () => {
    const { status, headers } = await post(question, { origin: own });
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('the routes', () => {
  it('answer a batch in the order of its questions', async () => {
    const { body } = await post({ requests: [{ key: 'nonsense' }, question] }, {}, '/v1/verify/batch');
    expect(body['verdicts']).toMatchObject([{ code: 'NOT_FOUND' }, { code: 'VALID', keyId: 'target' }]);
  });

  it('need a credential', async () => {
    expect(await post(question, { authorization: '' })).toMatchObject({ status: 401 });
  });

  it('take JSON only', async () => {
    await remembered();
    expect((await post(question, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it.each([
    ['/v1/verify', true],
    ['/v1/verify?a=b', true],
    ['/v1/verify/batch', true],
    ['/v1/verifying', false],
    ['/v1/keys', false],
  ])('are these: %s %s', (url, isTaken) => {
    expect(verifyServer.takes(url)).toBe(isTaken);
  });
});
