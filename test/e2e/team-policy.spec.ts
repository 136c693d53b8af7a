import type { TeamView } from '../../src/application/team/get-team.js';
import { defaultPolicy, type TeamPolicy } from '../../src/domain/team/policy.js';
import { type Answer, bearer, type Caller, type Sending } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What a team asks of its keys and people, and where it is obeyed. Each test has a team of its own. */

let service: TestService;
let owner: Owner;
let calls: KeyCalls;

beforeAll(async () => {
  service = await startTestService();
});

beforeEach(async () => {
  owner = await service.signUp();
  calls = keyCalls(service, owner);
});

afterAll(() => service.stop());

const send = (method: string, sending: Sending = {}) =>
  service.send<{ team: TeamView }>(method, '/v1/team', { as: owner, ...sending });

async function obey(policy: Partial<TeamPolicy>): Promise<void> {
  expect((await send('PATCH', { body: policy })).status).toBe(200);
}

const create = (body: object, as: Caller = owner) => service.send<NewKey>('POST', '/v1/keys', { as, body });
const verdictOf = async (key: string, more: object = {}) =>
  (await service.verify(owner, { key, ...more })).body.code;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

describe('the policy of a team', () => {
  it('is read, and changed in part', async () => {
    const { id, name } = owner.team;
    expect((await send('GET')).body.team).toEqual({ id, name, policy: defaultPolicy, revision: 1 });
    await obey({ nameStyle: 'identifier', rotateEveryDays: 90, allowedMailDomains: [] });
    const { body } = await send('PATCH', { body: { rotateEveryDays: null } });
    const policy = { ...defaultPolicy, nameStyle: 'identifier', allowedMailDomains: [] };
    expect(body.team.policy).toEqual(policy);
    expect((await send('GET')).body).toEqual(body);
    const events = await service.send<{ items: { summary: string }[] }>('GET', '/v1/audit/events', {
      as: owner,
    });
    expect(events.body.items.at(-1)?.summary).toBe('Changed the policy of the team.');
  });

  it('changes only at the revision that was seen, whatever else happens to the team; a repeat is none', async () => {
    const { etag = '' } = (await send('GET')).headers;
    await service.send('POST', '/v1/projects', { as: owner, body: { name: 'Vision' } });
    const sending = { body: { usersMayRotate: false }, headers: { 'if-match': etag } };
    const changed = await send('PATCH', sending);
    expect(changed.status).toBe(200);
    expectProblem(await send('PATCH', sending), 412, 'request.precondition_failed');
    expect((await send('PATCH', { body: { usersMayRotate: false } })).body).toEqual(changed.body);
  });

  it.each([
    [{ nameStyle: 'any' }, '/nameStyle'],
    [{ requiredFields: ['notes'] }, '/requiredFields/0'],
    [{ requiredFields: null }, '/requiredFields'],
    [{ defaultScopes: ['everything'] }, '/defaultScopes/0'],
    [{ defaultExpiresInDays: 0 }, '/defaultExpiresInDays'],
    [{ maxExpiresInDays: 36_501 }, '/maxExpiresInDays'],
    [{ rotateEveryDays: 1.5 }, '/rotateEveryDays'],
    [{ resourceRequired: 'yes' }, '/resourceRequired'],
    [{ usersMayRotate: null }, '/usersMayRotate'],
    [{ allowedMailDomains: ['@example.com'] }, '/allowedMailDomains/0'],
    [{ allowedMailDomains: ['Example.com'] }, '/allowedMailDomains/0'],
    [{ leakAction: 'revoke' }, '/leakAction'],
  ])('is not %j', async (body, pointer) => {
    expect(pointersOf(expectProblem(await send('PATCH', { body }), 400, 'request.invalid'))).toContain(
      pointer,
    );
  });

  it('is for owners and admins to change; auditors read it', async () => {
    const [admin, user, auditor] = [
      await join(service, owner, 'ADMIN'),
      await join(service, owner, 'USER'),
      await join(service, owner, 'AUDITOR'),
    ];
    expect((await send('PATCH', { as: admin, body: { rotateEveryDays: 30 } })).status).toBe(200);
    expect((await send('GET', { as: auditor })).status).toBe(200);
    expectProblem(await send('PATCH', { as: auditor, body: {} }), 403, 'right.missing');
    expectProblem(await send('GET', { as: user }), 403, 'right.missing');
    const { secret } = await service.createKey(owner, { scopes: ['keys'], role: 'admin' });
    expectProblem(await send('PATCH', { as: bearer(secret), body: {} }), 403, 'right.missing');
  });
});

describe('new keys', () => {
  it('have names of its style, and get no others', async () => {
    const old = await service.createKey(owner, { name: 'Old name' });
    await obey({ nameStyle: 'identifier' });
    const answer = await create({ name: 'CI Pipeline' });
    expect(pointersOf(expectProblem(answer, 400, 'key.name_not_identifier'))).toEqual(['/name']);
    expect((await create({ name: 'ci_pipeline-7' })).status).toBe(201);
    expect((await create({})).status).toBe(201);
    expectProblem(await calls.change(old.key.id, { name: 'New name' }), 400, 'key.name_not_identifier');
    expect((await calls.change(old.key.id, { name: 'Old name', description: 'kept' })).status).toBe(200);
  });

  it('have the fields it requires, and keep them', async () => {
    const old = await service.createKey(owner);
    await obey({ requiredFields: ['department', 'appId'] });
    const answer = await create({ department: 'Research' });
    expect(pointersOf(expectProblem(answer, 400, 'key.field_required'))).toEqual(['/appId']);
    expectProblem(await create({ department: '', appId: 'app-7' }), 400, 'key.field_required');
    const { key } = await service.createKey(owner, { department: 'Research', appId: 'app-7' });
    for (const appId of [null, '']) {
      expectProblem(await calls.change(key.id, { appId }), 400, 'key.field_required');
    }
    expect((await calls.change(key.id, { appId: 'app-8' })).status).toBe(200);
    expect((await calls.change(old.key.id, { department: null })).status).toBe(200);
  });

  it('have its scopes when nothing is said, and public keys theirs', async () => {
    await obey({ defaultScopes: ['inference', 'verify'] });
    expect((await create({})).body.key.scopes).toEqual(['inference', 'verify']);
    expect((await create({ public: true })).body.key.scopes).toEqual(['inference']);
    expect((await create({ scopes: [] })).body.key.scopes).toEqual([]);
    const user = await join(service, owner, 'USER');
    expect((await create({ type: 'personal_token' }, user)).body.key.scopes).toEqual(['inference']);
    await obey({ defaultScopes: [] });
    expect((await create({})).body.key.scopes).toEqual([]);
  });

  it('live as long as it says, and no key longer than it lets', async () => {
    await obey({ defaultExpiresInDays: 10, maxExpiresInDays: 30 });
    const daysOf = ({ key }: Pick<NewKey, 'key'>) =>
      (Date.parse(key.expiresAt ?? '') - Date.parse(key.createdAt)) / 86_400_000;
    const made = (await create({})).body;
    expect(daysOf(made)).toBe(10);
    expect(daysOf((await create({ expiresInDays: 30 })).body)).toBe(30);
    const tooLong = await create({ expiresInDays: 31 });
    expect(pointersOf(expectProblem(tooLong, 400, 'key.expiry_exceeds_policy'))).toEqual(['/expiresInDays']);
    expectProblem(await create({ expiresAt: inDays(31) }), 400, 'key.expiry_exceeds_policy');
    const { id } = made.key;
    expectProblem(await calls.change(id, { expiresAt: null }), 400, 'key.expiry_exceeds_policy');
    expectProblem(await calls.change(id, { expiresInDays: 31 }), 400, 'key.expiry_exceeds_policy');
    expectProblem(await calls.rotate(id, { expiresInDays: 31 }), 400, 'key.expiry_exceeds_policy');
    expect((await calls.rotate(id, { expiresInDays: 30 })).status).toBe(200);
    await obey({ defaultExpiresInDays: null });
    expect(daysOf((await create({})).body)).toBe(30);
  });

  it('that a key makes end with it when that is sooner', async () => {
    const body = { scopes: ['keys', 'project'], role: 'admin', expiresInDays: 5 };
    const manager = await service.createKey(owner, body);
    await obey({ defaultExpiresInDays: 10 });
    const as = bearer(manager.secret);
    expect((await create({ scopes: [] }, as)).body.key.expiresAt).toBe(manager.key.expiresAt);
  });
});

describe('verification', () => {
  it('refuses a key of an application that is not named, where it says so', async () => {
    const { secret } = await service.createKey(owner, { appId: 'app-7' });
    const free = await service.createKey(owner);
    expect(await verdictOf(secret)).toBe('VALID');
    await obey({ enforceAppId: true });
    expect(await verdictOf(secret)).toBe('APP_MISMATCH');
    expect(await verdictOf(secret, { appId: 'app-8' })).toBe('APP_MISMATCH');
    expect(await verdictOf(secret, { appId: 'app-7' })).toBe('VALID');
    expect(await verdictOf(free.secret)).toBe('VALID');
    expect((await service.send('GET', '/v1/whoami', { as: bearer(secret) })).status).toBe(200);
    await obey({ enforceAppId: false });
    expect(await verdictOf(secret)).toBe('VALID');
  });

  it('wants an active resource for inferences of no model, where it says so', async () => {
    const body = { name: 'r', model: 'jais-30b', resourceType: 'TPM' };
    const made = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', {
      as: owner,
      body,
    });
    const { id } = made.body.resource;
    const { key, secret } = await service.createKey(owner);
    const inference = { permission: 'inferences:create' };
    expect(await verdictOf(secret, inference)).toBe('VALID');
    await obey({ resourceRequired: true });
    expect(await verdictOf(secret, inference)).toBe('RESOURCE_NOT_ASSIGNED');
    expect(await verdictOf(secret, { scope: 'inference' })).toBe('RESOURCE_NOT_ASSIGNED');
    expect(await verdictOf(secret, { permission: 'models:train' })).toBe('VALID');
    expect(await verdictOf(secret)).toBe('VALID');
    await calls.assign(key.id, [id]);
    expect(await verdictOf(secret, inference)).toBe('VALID');
    const status = { as: owner, body: { status: 'inactive' } };
    await service.send('PUT', `/v1/resources/${id}/status`, status);
    expect(await verdictOf(secret, inference)).toBe('RESOURCE_INACTIVE');
  });
});

describe('people', () => {
  it('with the role USER do not rotate keys of others, where it says so', async () => {
    const user = await join(service, owner, 'USER');
    const users = keyCalls(service, user);
    const { key } = await service.createKey(owner, { userIds: [user.userId] });
    const own = await service.createKey(user, { type: 'personal_token' });
    await obey({ usersMayRotate: false });
    expectProblem(await users.rotate(key.id), 403, 'key.users_may_not_rotate');
    expect((await users.rotate(own.key.id)).status).toBe(200);
    expect((await calls.rotate(key.id)).status).toBe(200);
    await obey({ usersMayRotate: true });
    expectProblem(await users.rotate(key.id), 409, 'key.rotation_under_way');
  });

  it('are invited by addresses of its domains alone', async () => {
    const invite = (email: string) =>
      service.send('POST', '/v1/invitations', { as: owner, body: { email, role: 'USER' } });
    await obey({ allowedMailDomains: ['example.com'] });
    expect((await invite('grace@Example.com')).status).toBe(201);
    const answer = await invite('grace@example.org');
    expect(pointersOf(expectProblem(answer, 400, 'invitation.domain_not_allowed'))).toEqual(['/email']);
  });

  it('get the link to a new key at addresses of its domains alone; what a key has already may stay', async () => {
    const refused = (answer: Answer<unknown>) =>
      expect(pointersOf(expectProblem(answer, 400, 'key.domain_not_allowed'))).toEqual(['/notifyEmail']);
    const { key } = await service.createKey(owner, { notifyEmail: 'grace@example.org' });
    await obey({ allowedMailDomains: ['example.com'] });
    refused(await create({ notifyEmail: 'grace@example.org' }));
    expect((await create({ notifyEmail: 'grace@Example.com' })).status).toBe(201);
    refused(await calls.change(key.id, { notifyEmail: 'ada@example.org' }));
    expect((await calls.change(key.id, { notifyEmail: 'grace@example.org', name: 'Same' })).status).toBe(200);
    expect((await calls.change(key.id, { notifyEmail: null })).status).toBe(200);
  });
});
