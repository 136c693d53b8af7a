import type { HistoryEntry } from '../../src/audit/entry.js';
import { eventually } from '../support/eventually.js';
import { bearer } from '../support/http-client.js';
import { appendToTeam } from '../support/past.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;
let gateway: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  gateway = await service.createKey(owner, { scopes: ['verify'] });
});

afterAll(() => service.stop());

const ask = async (key: string, more: object = {}) =>
  (await service.verify(bearer(gateway.secret), { key, ...more })).body;

/** Who holds the personal token is now this in the team; `until` is the end of it. */
async function makeOwner(role: 'OWNER' | 'USER' | 'AUDITOR', until?: string): Promise<void> {
  await appendToTeam(service.config, owner.team.id, {
    type: 'MemberJoined',
    membershipId: '01990000-0000-7000-8000-000000000001',
    userId: owner.user.id,
    role,
    ...(until !== undefined && { until }),
    joinedAt: new Date().toISOString(),
  });
}

/** The first event of a kind that the history of a key tells, as soon as it does. */
const told = (keyId: string, type: string) =>
  eventually(`${type} in the history`, async () => {
    const path = `/v1/keys/${keyId}/history`;
    const { body } = await service.send<{ items: HistoryEntry[] }>('GET', path, { as: owner });
    return body.items.find((entry) => entry.type === type);
  });

describe('what time alone does to a key', () => {
  it('is told by its history, in the name of a process', async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const { key, secret } = await service.createKey(owner, { expiresAt });
    const expired = await told(key.id, 'StatusChanged');
    expect(expired).toMatchObject({ actor: { type: 'process', id: 'lapses' } });
    expect(expired.at >= expiresAt).toBe(true);
    expect(await ask(secret)).toMatchObject({ allowed: false, code: 'EXPIRED' });
  });

  it('is told of the secret that a rotation replaced, once its grace is over', async () => {
    const { key, secret } = await service.createKey(owner);
    const path = `/v1/keys/${key.id}/rotate`;
    const body = { gracePeriodSeconds: 1 };
    const rotated = await service.send<NewKey>('POST', path, { as: owner, body });
    expect(rotated.status).toBe(200);
    expect(await told(key.id, 'PreviousSecretRetired')).toMatchObject({ actor: { id: 'lapses' } });
    const codes = [await ask(secret), await ask(rotated.body.secret)].map(({ code }) => code);
    expect(codes).toEqual(['NOT_FOUND', 'VALID']);
  });
});

describe('a resource', () => {
  const times = 25;

  it('grants its model, and every change to it shows in the next verdict', async () => {
    const { key, secret } = await service.createKey(owner);
    const body = { name: 'Atlas', model: 'atlas-2', resourceType: 'TPM' };
    const made = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', {
      as: owner,
      body,
    });
    const { id } = made.body.resource;
    const model = { model: 'atlas-2' };
    const codes = [(await ask(secret, model)).code];
    const assigned = { as: owner, body: { resourceIds: [id] } };
    await service.send('PUT', `/v1/keys/${key.id}/resources`, assigned);
    expect(await ask(secret, model)).toMatchObject({ code: 'VALID', grantedBy: { type: 'resource', id } });
    for (let n = 0; n < times; n++) {
      for (const status of ['inactive', 'active']) {
        await service.send('PUT', `/v1/resources/${id}/status`, { as: owner, body: { status } });
        codes.push((await ask(secret, { resource: id })).code);
      }
    }
    const pairs = Array.from({ length: times }, () => ['RESOURCE_INACTIVE', 'VALID']).flat();
    expect(codes).toEqual(['RESOURCE_NOT_ASSIGNED', ...pairs]);
  });
});

describe('a key that is limited to addresses', () => {
  it('works from there, and asks for the address of its bearer', async () => {
    const { secret } = await service.createKey(owner, { allowedIps: ['127.0.0.0/8', '2001:db8::/32'] });
    const list = () => service.send('GET', '/v1/whoami', { as: bearer(secret) });
    expect((await list()).status).toBe(200);
    const codes = [
      await ask(secret),
      await ask(secret, { clientIp: '192.0.2.1' }),
      await ask(secret, { clientIp: '2001:db8::7' }),
    ].map(({ code }) => code);
    expect(codes).toEqual(['IP_NOT_ALLOWED', 'IP_NOT_ALLOWED', 'VALID']);
    const elsewhere = await service.createKey(owner, { allowedIps: ['192.0.2.0/24'] });
    const answer = await service.send('GET', '/v1/whoami', { as: bearer(elsewhere.secret) });
    expect(answer.status).toBe(401);
  });
});

describe('a personal token', () => {
  it('has what its user has at the moment, as a credential too', async () => {
    const { secret } = await service.createKey(owner, {
      type: 'personal_token',
      role: 'admin',
      scopes: ['project', 'keys'],
    });
    const list = () => service.send('GET', '/v1/keys', { as: bearer(secret) });
    const full = { userId: owner.user.id, role: 'admin', scopes: ['project', 'keys'] };
    expect(await ask(secret, { scope: 'keys' })).toMatchObject({ code: 'VALID', ...full });
    expect((await list()).status).toBe(200);

    await makeOwner('USER');
    const demoted = await eventually('the demotion to be known', async () => {
      const verdict = await ask(secret, { scope: 'keys' });
      return verdict.allowed ? undefined : verdict;
    });
    expect(demoted).toMatchObject({ code: 'INSUFFICIENT_SCOPE', role: 'member', scopes: ['project'] });
    expect((await list()).status).toBe(403);

    await makeOwner('OWNER', new Date().toISOString());
    await eventually(
      'the end of the membership to be known',
      async () => (await ask(secret)).code === 'USER_NOT_ENTITLED' || undefined,
    );
    expect((await list()).status).toBe(401);
    await makeOwner('OWNER');
    await eventually('the owner to be back', async () => (await ask(secret)).allowed || undefined);
  });
});

describe('pages of other origins', () => {
  const [own, foreign] = ['https://app.example.com', 'https://evil.example'];
  const preflight = (path: string, method: string, origin = own) =>
    service.send('OPTIONS', path, { headers: { origin, 'access-control-request-method': method } });
  const whoami = (secret: string, origin: string) =>
    service.send('GET', '/v1/whoami', { as: bearer(secret), headers: { origin } });

  it.each([
    ['/v1/verify', 'POST'],
    ['/v1/whoami', 'GET'],
  ])('may ask whether they may send to %s', async (path, method) => {
    const { status, headers, text } = await preflight(path, method);
    expect([status, text]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': method,
      'access-control-allow-headers': 'authorization, content-type',
      'x-request-id': expect.any(String),
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it.each(['/v1/keys', '/v1/verify/batch', '/v1/sign-in', '/v1/whoami/'])(
    'are told nothing of %s',
    async (path) => {
      const { status, headers } = await preflight(path, 'POST');
      expect([404, 405]).toContain(status);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  it('read what a public key may know, where it allows them', async () => {
    const { key, secret } = await service.createKey(owner, { public: true, allowedOrigins: [own] });
    const answer = await whoami(secret, own);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': own, vary: 'Origin' });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(answer.body).toEqual({
      key: {
        id: key.id,
        projectId: owner.project.id,
        public: true,
        status: 'ACTIVE',
        scopes: ['inference'],
        expiresAt: null,
      },
    });
    const elsewhere = await whoami(secret, foreign);
    expect(elsewhere.status).toBe(401);
    expect(elsewhere.headers).not.toHaveProperty('access-control-allow-origin');
    expect(await ask(secret, { origin: foreign })).toMatchObject({ code: 'ORIGIN_NOT_ALLOWED' });
  });

  it('read answers to no other key', async () => {
    const { headers, status } = await whoami(gateway.secret, own);
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});
