import { Agent } from 'node:http';
import type { KeyView } from '../../src/application/key/key-view.js';
import type { HistoryEntry } from '../../src/audit/entry.js';
import type { AuditEvent } from '../../src/audit/events.js';
import { eventually } from '../support/eventually.js';
import { bearer, type Caller } from '../support/http-client.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/** The story of a first key, told in order: each test goes on where the one before ended. */

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

interface Me {
  readonly user: { readonly id: string; readonly email: string; readonly name: string };
  readonly teams: readonly { readonly id: string; readonly role: string }[];
  readonly currentTeam: { readonly id: string };
}

let service: TestService;
let ada: Owner;
let plain: NewKey;
let full: NewKey;
let gateway: NewKey;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

async function get<Body>(path: string, as: Caller = ada): Promise<Body> {
  const { status, body, text } = await service.send<Body>('GET', path, { as });
  expect([status, text]).toEqual([200, text]);
  return body;
}

/** All items of a list, page by page. */
async function listAll<Item>(path: string, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: Page<Item> = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

const idsOf = (keys: readonly KeyView[]) => keys.map(({ id }) => id);

test('someone signs up and has a team, a project, a session and the free key', async () => {
  ada = await service.signUp({ teamName: 'Analytical Engines' });
  expect(ada.team.name).toBe('Analytical Engines');
  expect(ada.freeKey.key).toMatchObject({
    tier: 'free',
    status: 'ACTIVE',
    name: 'Free key',
    teamId: ada.team.id,
    projectId: ada.project.id,
    users: [{ id: ada.user.id, email: ada.email }],
  });
  const me = await get<Me>('/v1/me');
  expect(me).toEqual({
    user: { id: ada.user.id, email: ada.email, name: ada.user.name },
    teams: [{ id: ada.team.id, name: 'Analytical Engines', role: 'OWNER' }],
    currentTeam: { id: ada.team.id, name: 'Analytical Engines', role: 'OWNER' },
    supportContact: null,
  });
  expect(await get('/v1/projects')).toEqual({
    items: [expect.objectContaining({ id: ada.project.id, teamId: ada.team.id })],
    nextCursor: null,
  });
});

test('signing up again with the same address is no second sign-up', async () => {
  const { email, password } = ada;
  const again = await service.send('POST', '/v1/sign-up', { body: { email, password, name: 'Ada' } });
  expect([again.status, again.body.code]).toEqual([409, 'user.email_taken']);
  const other = { email, password: 'another password', name: 'Ada' };
  expect((await service.send('POST', '/v1/sign-up', { body: other })).status).toBe(409);
});

test('the free key works and cannot be revoked', async () => {
  const { key, secret } = ada.freeKey;
  expect((await service.verifyItself(secret)).body).toMatchObject({ allowed: true, keyId: key.id });
  const refused = await service.send('POST', `/v1/keys/${key.id}/revoke`, { as: ada });
  expect([refused.status, refused.body.code]).toEqual([409, 'key.free_is_permanent']);
  const byItself = await service.send('POST', `/v1/keys/${key.id}/revoke`, { as: bearer(secret) });
  expect([byItself.status, byItself.body.code]).toEqual([409, 'key.free_is_permanent']);
});

test('a key is created by nothing but defaults', async () => {
  const answer = await service.send<NewKey>('POST', '/v1/keys', { as: ada, body: {} });
  plain = answer.body;
  expect(answer.status).toBe(201);
  expect(answer.headers).toMatchObject({
    location: `/v1/keys/${plain.key.id}`,
    etag: '"2"',
    'cache-control': 'no-store',
    'compass-position': expect.stringMatching(/^\d+(\.\d+)?$/),
  });
  expect(plain.secret).toMatch(/^cks_[0-9A-Za-z]{49}$/);
  expect(plain.key).toEqual({
    id: plain.key.id,
    teamId: ada.team.id,
    projectId: ada.project.id,
    name: `key-${plain.key.id.slice(-8)}`,
    description: null,
    type: 'service_account',
    tier: 'paid',
    public: false,
    userId: null,
    status: 'ACTIVE',
    maskedSecret: `${plain.secret.slice(0, 7)}…${plain.secret.slice(-4)}`,
    role: 'member',
    scopes: ['project', 'inference'],
    resources: [],
    services: [],
    biasProfile: null,
    users: [{ id: ada.user.id, name: ada.user.name, email: ada.email }],
    department: null,
    environment: null,
    requestor: null,
    appId: null,
    businessJustification: null,
    notes: null,
    notifyEmail: null,
    allowedIps: [],
    allowedOrigins: [],
    labels: [],
    externalId: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    createdBy: { type: 'user', id: ada.user.id },
    expiresAt: null,
    lastUsedAt: null,
    rotatedAt: null,
    secretVersion: 1,
    previousSecretValidUntil: null,
    revokedAt: null,
    revocationReason: null,
    revision: 2,
  });
});

test('a key is created with every field there is', async () => {
  const asked = {
    name: 'CI Pipeline',
    description: 'Builds\nand tests',
    type: 'service_account',
    projectId: ada.project.id,
    role: 'admin',
    scopes: ['keys', 'project'],
    department: 'Research',
    environment: 'production',
    requestor: 'Charles Babbage',
    appId: 'engine-1',
    businessJustification: 'It must go on.',
    notes: 'Call Charles first.',
  };
  full = await service.createKey(ada, { ...asked, expiresInDays: 30 });
  const expiresAt = new Date(Date.parse(full.key.createdAt) + 30 * 86_400_000).toISOString();
  expect(full.key).toMatchObject({ ...asked, expiresAt, status: 'ACTIVE' });
  const { key } = await get<{ key: KeyView }>(`/v1/keys/${full.key.id}`);
  expect(key).toEqual(full.key);
});

test('a key is read with its revision as ETag', async () => {
  const answer = await service.send<{ key: KeyView }>('GET', `/v1/keys/${plain.key.id}`, { as: ada });
  expect([answer.status, answer.headers.etag]).toEqual([200, '"2"']);
  expect(answer.body.key).toEqual(plain.key);
});

test('keys are listed newest first, page by page, by project and by status', async () => {
  gateway = await service.createKey(ada, { name: 'Gateway', scopes: ['verify'] });
  const all = await listAll<KeyView>('/v1/keys', 50);
  const newestFirst = [gateway.key.id, full.key.id, plain.key.id, ada.freeKey.key.id];
  expect(idsOf(all)).toEqual(newestFirst);
  expect(idsOf(await listAll<KeyView>('/v1/keys', 1))).toEqual(newestFirst);
  expect(idsOf(await listAll<KeyView>('/v1/keys', 3))).toEqual(newestFirst);
  expect(idsOf(await listAll<KeyView>(`/v1/keys?projectId=${ada.project.id}`, 2))).toEqual(newestFirst);
  expect(await listAll(`/v1/keys?projectId=${ada.user.id}`, 2)).toEqual([]);
  expect(idsOf(await listAll<KeyView>('/v1/keys?status=ACTIVE', 2))).toEqual(newestFirst);
  expect(await listAll('/v1/keys?status=REVOKED', 2)).toEqual([]);
  // What else somebody may see is the same, but for what only people with rights are shown.
  const { items } = await get<Page<KeyView>>('/v1/keys', bearer(full.secret));
  expect(idsOf(items)).toEqual(newestFirst);
  expect(items.find(({ id }) => id === full.key.id)).toMatchObject({ requestor: null, notes: null });
});

test('a cursor is good for its own list only', async () => {
  const { nextCursor } = await get<Page<KeyView>>('/v1/keys?limit=1');
  for (const path of ['/v1/keys?status=ACTIVE', '/v1/audit/events?', `/v1/keys/${plain.key.id}/history?`]) {
    const answer = await service.send('GET', `${path}&cursor=${nextCursor}`, { as: ada });
    expect([path, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([path, 400, '/cursor']);
  }
});

test('a key is verified by a session, by a gateway and by itself', async () => {
  const question = { key: plain.secret, scope: 'project', permission: 'runs:read', project: ada.project.id };
  for (const asker of [ada, bearer(gateway.secret), bearer(plain.secret)]) {
    const { status, body } = await service.verify(asker, question);
    expect(status).toBe(200);
    expect(body).toEqual({
      allowed: true,
      code: 'VALID',
      checked: [
        'NOT_FOUND',
        'REVOKED',
        'EXPIRED',
        'INACTIVE',
        'PROJECT_ARCHIVED',
        'WRONG_PROJECT',
        'INSUFFICIENT_SCOPE',
        'INSUFFICIENT_ROLE',
      ],
      grantedBy: null,
      keyId: plain.key.id,
      teamId: ada.team.id,
      projectId: ada.project.id,
      type: 'service_account',
      role: 'member',
      scopes: ['project', 'inference'],
      environment: null,
      appId: null,
      userId: null,
      biasProfile: null,
      expiresAt: null,
      secretVersion: 1,
      revision: 2,
    });
  }
});

test('what a key lacks is named by the code', async () => {
  const askers = [
    [{ project: ada.user.id }, 'WRONG_PROJECT'],
    [{ scope: 'keys' }, 'INSUFFICIENT_SCOPE'],
    [{ permission: 'keys:manage' }, 'INSUFFICIENT_SCOPE'],
    [{ permission: 'no:such' }, 'INSUFFICIENT_SCOPE'],
    [{ permissions: ['runs:read', 'connections:write'] }, 'INSUFFICIENT_ROLE'],
  ] as const;
  for (const [request, code] of askers) {
    const { status, body } = await service.verify(ada, { key: plain.secret, ...request });
    expect([status, body.allowed, body.code]).toEqual([200, false, code]);
  }
  const garbage = await service.verify(ada, { key: 'cks_garbage' });
  expect([garbage.status, garbage.body]).toEqual([
    200,
    { allowed: false, code: 'NOT_FOUND', checked: ['NOT_FOUND'], grantedBy: null },
  ]);
});

test('a batch is answered in its order', async () => {
  const requests = [{ key: plain.secret }, { key: 'nonsense' }, { key: full.secret, scope: 'inference' }];
  const { status, body } = await service.send<{ verdicts: { code: string }[] }>('POST', '/v1/verify/batch', {
    as: bearer(gateway.secret),
    body: { requests },
  });
  expect(status).toBe(200);
  expect(body.verdicts.map(({ code }) => code)).toEqual(['VALID', 'NOT_FOUND', 'INSUFFICIENT_SCOPE']);
});

test('a key may ask who it is', async () => {
  const { key } = await get<{ key: KeyView }>('/v1/whoami', bearer(plain.secret));
  expect(key).toMatchObject({ id: plain.key.id, users: [{ id: ada.user.id, email: null }] });
});

test('last used shows once it has been written down', async () => {
  const key = await eventually('last use of the key', async () => {
    const read = await get<{ key: KeyView }>(`/v1/keys/${plain.key.id}`);
    return read.key.lastUsedAt === null ? undefined : read.key;
  });
  expect(Date.parse(key.lastUsedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(plain.key.createdAt));
});

test('a revoked key is refused on the next request, whoever presents or asks', async () => {
  const answer = await service.revoke(ada, plain.key.id, {
    body: { reason: 'key_compromise', comment: 'It stood in a public repository.' },
  });
  expect([answer.status, answer.headers.etag]).toEqual([200, '"3"']);
  expect(answer.body.key).toMatchObject({
    status: 'REVOKED',
    revocationReason: 'key_compromise',
    revokedAt: expect.any(String),
    revision: 3,
  });
  expect((await service.verify(ada, { key: plain.secret })).body).toMatchObject({
    allowed: false,
    code: 'REVOKED',
  });
  expect((await service.verifyItself(plain.secret, { agent: new Agent() })).status).toBe(401);
  expect((await service.send('GET', '/v1/whoami', { as: bearer(plain.secret) })).status).toBe(401);
  expect(idsOf(await listAll<KeyView>('/v1/keys?status=REVOKED', 50))).toEqual([plain.key.id]);
});

test('revoking again changes nothing', async () => {
  const again = await service.revoke(ada, plain.key.id, { body: { reason: 'superseded' } });
  expect([again.status, again.headers.etag]).toEqual([200, '"3"']);
  expect(again.body.key).toMatchObject({ revocationReason: 'key_compromise', revision: 3 });
});

test('a key that manages keys revokes others and itself', async () => {
  const other = await service.createKey(bearer(full.secret), { scopes: [] });
  expect(other.key).toMatchObject({ scopes: [], users: [], createdBy: { type: 'key', id: full.key.id } });
  expect((await service.revoke(bearer(full.secret), other.key.id)).status).toBe(200);
  const own = await service.send('POST', `/v1/keys/${full.key.id}/revoke`, { as: bearer(full.secret) });
  expect(own.status).toBe(200);
});

test('the history of a key tells what happened, oldest first', async () => {
  const path = `/v1/keys/${plain.key.id}/history`;
  const entries = await listAll<HistoryEntry>(path, 50);
  expect(entries.map(({ type, revision }) => [type, revision])).toEqual([
    ['KeyCreated', 1],
    ['UserAssigned', 2],
    ['KeyRevoked', 3],
  ]);
  expect(entries[2]).toMatchObject({
    actor: { type: 'user', id: ada.user.id, name: ada.user.name },
    summary: expect.stringMatching(/\.$/),
    changes: [
      { field: 'status', from: 'ACTIVE', to: 'REVOKED' },
      { field: 'revokedAt', from: null, to: expect.any(String) },
      { field: 'revocationReason', from: null, to: 'key_compromise' },
    ],
  });
  expect(await listAll(path, 1)).toEqual(entries);
});

test('the audit finds events by key, actor, type and time, in pages', async () => {
  const all = await listAll<AuditEvent>('/v1/audit/events', 200);
  expect(all.slice(0, 4).map(({ type }) => type)).toEqual([
    'UserSignedUp',
    'TeamCreated',
    'MemberJoined',
    'ProjectCreated',
  ]);
  expect(await listAll('/v1/audit/events', 2)).toEqual(all);
  const filters: readonly (readonly [string, (event: AuditEvent) => boolean])[] = [
    [`keyId=${plain.key.id}`, ({ keyId }) => keyId === plain.key.id],
    [`actorId=${full.key.id}`, ({ actor }) => actor.id === full.key.id],
    ['type=KeyRevoked', ({ type }) => type === 'KeyRevoked'],
    [`from=${full.key.createdAt}`, ({ at }) => at >= full.key.createdAt],
    [`to=${full.key.createdAt}`, ({ at }) => at < full.key.createdAt],
    [`type=KeyCreated&actorId=${ada.user.id}`, (e) => e.type === 'KeyCreated' && e.actor.id === ada.user.id],
  ];
  for (const [query, fits] of filters) {
    const expected = all.filter(fits);
    expect(expected.length).toBeGreaterThan(0);
    expect([query, await listAll(`/v1/audit/events?${query}`, 2)]).toEqual([query, expected]);
  }
});

test('signing out ends the session, signing in begins another', async () => {
  const out = await service.send('POST', '/v1/sign-out', { as: ada });
  expect([out.status, out.text]).toEqual([204, '']);
  expect((await service.send('GET', '/v1/me', { as: ada })).status).toBe(401);
  const { email, password } = ada;
  const wrong = await service.send('POST', '/v1/sign-in', { body: { email, password: 'not the password' } });
  expect([wrong.status, wrong.body.code]).toEqual([401, 'user.wrong_credentials']);
  const signedIn = await service.send<Me>('POST', '/v1/sign-in', {
    body: { email: ` ${email.toUpperCase()}`, password },
  });
  expect(signedIn.status).toBe(200);
  expect(signedIn.body).toEqual({
    user: { id: ada.user.id, email, name: ada.user.name },
    teams: [{ id: ada.team.id, name: ada.team.name, role: 'OWNER' }],
  });
  expect((await get<Me>('/v1/me', service.sessionOf(signedIn))).user.id).toBe(ada.user.id);
});
