import { eventually } from '../support/eventually.js';
import { bearer, type Caller } from '../support/http-client.js';
import { operations } from '../support/operations/index.js';
import { createWorld, type World } from '../support/operations/world.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What holds for all operations together; what holds for each is in operations.spec.ts. */

let service: TestService;
let world: World;
let owner: Owner;
let stranger: Owner;
let keyId: string;
let foreignKeyId: string;
let secret: string;

beforeAll(async () => {
  service = await startTestService();
  world = await createWorld(service);
  ({ owner, stranger } = world);
  ({
    key: { id: keyId },
    secret,
  } = await service.createKey(owner));
  ({
    key: { id: foreignKeyId },
  } = await service.createKey(stranger));
});

afterAll(() => service.stop());

const all = Object.entries(operations);
const guarded = all.filter(([, { statuses }]) => statuses);
const open = all.filter(([name, { statuses }]) => !statuses && /\/sign-(up|in)$/.test(name));

/** The example of an operation, about a key where it is about one. */
async function call(name: string, as: Caller, id = keyId) {
  const [method = '', template = ''] = name.split(' ');
  const { path, body } = (await operations[name]?.request(world)) ?? { path: template };
  const address = template.includes('{keyId}') ? path.replace(/(?<=^\/v1\/keys\/)[^/?]+/, id) : path;
  return service.send(method, address, { as, body });
}

describe('without a right credential', () => {
  let revoked: NewKey;
  let expired: NewKey;

  beforeAll(async () => {
    revoked = await service.createKey(owner);
    await service.revoke(owner, revoked.key.id);
    // Far enough ahead that it is still to come when the key is made, however busy the machine.
    expired = await service.createKey(owner, { expiresAt: new Date(Date.now() + 3_000).toISOString() });
    const isOver = async () => (await service.verifyItself(expired.secret)).status === 401;
    await eventually('the end of a key', async () => (await isOver()) || undefined);
  });

  it.each(guarded)('%s refuses what is wrong, always in the same words', async (name) => {
    // Well-formed by its checksum, and unknown.
    const unknown = 'cks_0000000000000000000000000000000000000000000';
    const credentials = [
      'garbage',
      `${unknown}${'0'.repeat(6)}`,
      revoked.secret,
      expired.secret,
      `${secret}x`,
      secret.toUpperCase(),
    ];
    const answers = await Promise.all(credentials.map((credential) => call(name, bearer(credential))));
    const details = answers.map((answer) => expectProblem(answer, 401, 'credential.wrong').detail);
    expect(new Set(details).size).toBe(1);
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', ''])('a header "%s" is no bearer', async (authorization) => {
    for (const [name] of guarded) {
      const as = { headers: { authorization } };
      expectProblem(await call(name, as), 401, 'credential.wrong');
    }
  });

  it('a cookie that is nobody’s session is none', async () => {
    for (const cookie of ['compass_session=abc.def', 'a=b', 'compass_session=', '%']) {
      const as = { headers: { cookie, origin: service.url } };
      for (const [name] of guarded) expectProblem(await call(name, as), 401, 'credential.missing');
    }
  });
});

describe('with a session', () => {
  const writes = guarded.filter(([name]) => !name.startsWith('GET '));

  it.each(writes)('%s needs the Origin of this service', async (name) => {
    for (const origin of [undefined, 'null', 'https://evil.example', `${service.url}.evil.example`]) {
      const { cookie = '' } = owner.headers;
      const as = { headers: { cookie, ...(origin !== undefined && { origin }) } };
      expectProblem(await call(name, as), 403, 'origin.not_allowed');
    }
  });

  it.each(open)('%s is not for the pages of others', async (name) => {
    const as = { headers: { origin: 'https://evil.example' } };
    expectProblem(await call(name, as), 403, 'origin.not_allowed');
  });

  it('a request that changes nothing needs none', async () => {
    const { cookie = '' } = owner.headers;
    expect((await service.send('GET', '/v1/keys', { as: { headers: { cookie } } })).status).toBe(200);
  });

  it.each(guarded)('%s does not know a team that is not one’s own', async (name) => {
    for (const team of [stranger.team.id, 'nonsense', '']) {
      const as = { headers: { ...owner.headers, 'compass-team': team } };
      expectProblem(await call(name, as), 404, 'team.not_found');
    }
  });

  it('one’s own team may be named', async () => {
    const headers = { ...owner.headers, 'compass-team': owner.team.id };
    expect((await service.send('GET', '/v1/keys', { as: { headers } })).status).toBe(200);
  });
});

describe('what belongs to another team', () => {
  const about = guarded.filter(([name]) => name.includes('{keyId}'));
  const nowhere = '01990000-0000-7000-8000-000000000000';

  it.each(about)('%s answers like what does not exist', async (name) => {
    const askers = [
      owner,
      bearer((await service.createKey(owner, { scopes: ['keys'], role: 'admin' })).secret),
    ];
    for (const as of askers) {
      const documents: object[] = [];
      for (const id of [nowhere, foreignKeyId, stranger.freeKey.key.id, 'nonsense', stranger.team.id]) {
        const answer = await call(name, as, id);
        const { requestId: _id, ...document } = expectProblem(answer, 404, 'key.not_found');
        documents.push(document);
      }
      expect(documents).toEqual(documents.map(() => documents[0]));
    }
  });

  it('a project of it is as unknown as any', async () => {
    for (const projectId of [stranger.project.id, nowhere]) {
      const answer = await service.send('POST', '/v1/keys', { as: owner, body: { projectId } });
      expect(pointersOf(expectProblem(answer, 404, 'project.not_found'))).toEqual(['/projectId']);
    }
  });

  it('a key of it is as unknown to verification as garbage', async () => {
    const gateway = await service.createKey(owner, { scopes: ['verify'], role: 'admin' });
    const bodies = [];
    for (const key of [stranger.freeKey.secret, 'garbage']) {
      for (const as of [owner, bearer(gateway.secret)]) bodies.push((await service.verify(as, { key })).text);
    }
    expect(new Set(bodies)).toEqual(new Set([bodies[0]]));
  });

  it('its events are not in the audit', async () => {
    const filters = [`keyId=${foreignKeyId}`, `actorId=${stranger.user.id}`];
    for (const filter of filters) {
      const { body } = await service.send<{ items: unknown[] }>('GET', `/v1/audit/events?${filter}`, {
        as: owner,
      });
      expect(body.items).toEqual([]);
    }
  });
});

describe('a connection', () => {
  it.each(['/v1/whoami', '/v1/verify'])('is kept longer than its caller keeps it, by %s', async (path) => {
    const asked = path === '/v1/verify' ? { method: 'POST', body: { key: secret } } : { method: 'GET' };
    const { method, ...sending } = asked;
    const { status, headers } = await service.send(method, path, { as: bearer(secret), ...sending });
    expect([status, headers['keep-alive']]).toEqual([200, 'timeout=72']);
  });
});

describe('addresses', () => {
  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/keys/',
    '/v1/verify/',
    '/v1/verify/batch/',
    '/v1/verifyx',
  ])('%s is not there', async (path) => {
    for (const method of ['GET', 'POST']) {
      expectProblem(await service.send(method, path, { as: owner }), 404, 'route.not_found');
    }
  });

  it.each(['/v1/%zz', '/v1/keys/%', '/v1/verify/%zz'])('%s is malformed', async (path) => {
    expectProblem(await service.send('GET', path, { as: owner }), 400, 'request.malformed');
  });
});

describe('queries', () => {
  const invalid = [
    ['/v1/keys?limit=0', '/limit'],
    ['/v1/keys?limit=201', '/limit'],
    ['/v1/keys?limit=1e9', '/limit'],
    ['/v1/keys?limit=1.5', '/limit'],
    ['/v1/keys?limit=1&limit=2', '/limit'],
    ['/v1/keys?limit[]=1', '/limit[]'],
    ['/v1/keys?colour=red', '/colour'],
    ['/v1/keys?__proto__=1', '/__proto__'],
    ['/v1/keys?status=active', '/status'],
    ['/v1/keys?projectId=1', '/projectId'],
    ['/v1/keys?cursor=', '/cursor'],
    ['/v1/keys?cursor=AAAA', '/cursor'],
    ['/v1/audit/events?type=KeyUsed', '/type'],
    ['/v1/audit/events?from=2026-01-01', '/from'],
    ['/v1/audit/events?to=2026-02-30T00:00:00Z', '/to'],
    ['/v1/audit/events?to=yesterday', '/to'],
    ['/v1/audit/events?keyId=%00', '/keyId'],
  ];

  it.each(invalid)('%s is refused for %s', async (path, pointer) => {
    const answer = await service.send('GET', path, { as: owner });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
  });
});
