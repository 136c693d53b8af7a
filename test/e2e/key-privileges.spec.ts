import { newId } from '../../src/platform/ids.js';
import { type Answer, bearer, type Caller } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import { appendToTeam } from '../support/past.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** Who may do what, as HTTP tells it; `authorize.spec.ts` has the whole table. */

let service: TestService;
let owner: Owner;
let otherProjectId: string;
/** In the second project. */
let elsewhere: NewKey;
let paid: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  otherProjectId = newId();
  const at = new Date().toISOString();
  await appendToTeam(service.config, owner.team.id, {
    type: 'ProjectCreated',
    projectId: otherProjectId,
    name: 'Second',
    createdAt: at,
  });
  elsewhere = await service.createKey(owner, { projectId: otherProjectId });
  paid = await service.createKey(owner);
});

afterAll(() => service.stop());

async function keyWith(fields: object): Promise<Caller & NewKey> {
  const made = await service.createKey(owner, fields);
  return { ...made, ...bearer(made.secret) };
}

const create = (as: Caller, body: object) => service.send<NewKey>('POST', '/v1/keys', { as, body });

describe('a key that manages keys', () => {
  const manager = () => keyWith({ scopes: ['keys', 'project', 'verify', 'meter'], role: 'admin' });

  it('makes keys in its own project only', async () => {
    const as = await manager();
    expect((await create(as, {})).body.key.projectId).toBe(owner.project.id);
    expect((await create(as, { projectId: owner.project.id })).status).toBe(201);
    expectProblem(await create(as, { projectId: otherProjectId }), 404, 'project.not_found');
  });

  it('gives no more than it has itself, and never what would make its like', async () => {
    const as = await manager();
    expect((await create(as, {})).body.key.scopes).toEqual(['project']);
    expect((await create(as, { scopes: ['project'], role: 'admin' })).status).toBe(201);
    for (const scope of ['inference', 'keys', 'verify', 'meter']) {
      expectProblem(await create(as, { scopes: ['project', scope] }), 403, 'key.scopes_exceed_caller');
    }
  });

  it('reads, lists and revokes the keys of its project and sees no others', async () => {
    const as = await manager();
    const { body } = await service.send<{ items: { id: string }[] }>('GET', '/v1/keys', { as });
    const ids = body.items.map(({ id }) => id);
    expect(ids).toContain(paid.key.id);
    expect(ids).not.toContain(elsewhere.key.id);
    const query = `?projectId=${otherProjectId}`;
    expect((await service.send('GET', `/v1/keys${query}`, { as })).body).toEqual({
      items: [],
      nextCursor: null,
    });
    expect((await service.send('GET', `/v1/keys/${paid.key.id}`, { as })).status).toBe(200);
    expectProblem(await service.send('GET', `/v1/keys/${elsewhere.key.id}`, { as }), 404, 'key.not_found');
    expectProblem(await service.revoke(as, elsewhere.key.id), 404, 'key.not_found');
    expectProblem(await service.send('GET', '/v1/audit/events', { as }), 403, 'right.missing');
    expectProblem(await service.send('GET', '/v1/me', { as }), 403, 'right.missing');
  });
});

describe('a key that manages keys gives no resource that it does not have', () => {
  let own: string;
  let other: string;
  let as: Caller;
  let calls: KeyCalls;

  async function register(model: string): Promise<string> {
    const body = { name: model, model, resourceType: 'TPM' };
    const sent = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', {
      as: owner,
      body,
    });
    return sent.body.resource.id;
  }

  beforeAll(async () => {
    [own, other] = [await register('falcon'), await register('jais')];
    as = await keyWith({ scopes: ['keys', 'inference'], role: 'admin', resourceIds: [own] });
    calls = keyCalls(service, as);
  });

  const idsOf = ({ key }: Pick<NewKey, 'key'>) => key.resources.map(({ id }) => id);

  function expectExceeded(answer: Answer<unknown>): void {
    const problem = expectProblem(answer, 403, 'key.resources_exceed_caller');
    expect(pointersOf(problem)).toEqual(['/resourceIds']);
  }

  it('to a key that it makes', async () => {
    expect(idsOf((await create(as, { resourceIds: [own] })).body)).toEqual([own]);
    expect(idsOf((await create(as, {})).body)).toEqual([]);
    expectExceeded(await create(as, { resourceIds: [own, other] }));
  });

  it('to a key that has others, which may stay and go', async () => {
    const { key } = await service.createKey(owner, { resourceIds: [other] });
    expect(new Set(idsOf((await calls.assign(key.id, [other, own])).body))).toEqual(new Set([other, own]));
    expect(idsOf((await calls.assign(key.id, [own])).body)).toEqual([own]);
    expectExceeded(await calls.assign(key.id, [own, other]));
    expect(idsOf((await calls.read(key.id)).body)).toEqual([own]);
  });
});

describe('a key that manages keys and expires', () => {
  const expiresAt = new Date(Date.now() + 10 * 86_400_000).toISOString();
  const later = new Date(Date.now() + 11 * 86_400_000).toISOString();
  const sooner = new Date(Date.now() + 9 * 86_400_000).toISOString();
  let as: Caller;
  let calls: KeyCalls;

  beforeAll(async () => {
    as = await keyWith({ scopes: ['keys', 'inference'], role: 'admin', expiresAt });
    calls = keyCalls(service, as);
  });

  function expectExceeded(answer: Answer<unknown>, field: string): void {
    const problem = expectProblem(answer, 403, 'key.expiry_exceeds_caller');
    expect(pointersOf(problem)).toEqual([`/${field}`]);
  }

  it('makes keys that expire with it, or sooner', async () => {
    expect((await create(as, {})).body.key.expiresAt).toBe(expiresAt);
    expect((await create(as, { expiresAt })).body.key.expiresAt).toBe(expiresAt);
    expect((await create(as, { expiresAt: sooner })).body.key.expiresAt).toBe(sooner);
    expectExceeded(await create(as, { expiresAt: later }), 'expiresAt');
    expectExceeded(await create(as, { expiresInDays: 11 }), 'expiresInDays');
  });

  it('gives no key a later end, or none', async () => {
    const { key } = await service.createKey(owner, { expiresAt: sooner });
    expect((await calls.change(key.id, { expiresAt })).body.key.expiresAt).toBe(expiresAt);
    expectExceeded(await calls.change(key.id, { expiresAt: later }), 'expiresAt');
    expectExceeded(await calls.change(key.id, { expiresAt: null }), 'expiresAt');
    expectExceeded(await calls.change(key.id, { expiresInDays: null }), 'expiresInDays');
    expectExceeded(await calls.rotate(key.id, { expiresInDays: 11 }), 'expiresInDays');
    expect((await calls.rotate(key.id)).body.key.expiresAt).toBe(expiresAt);
  });

  it('leaves a key that lives longer as it is', async () => {
    const { key } = await service.createKey(owner);
    const { status, body } = await calls.change(key.id, { name: 'Renamed', expiresAt: null });
    expect([status, body.key.name, body.key.expiresAt]).toEqual([200, 'Renamed', null]);
    expect((await calls.change(key.id, { expiresAt: sooner })).body.key.expiresAt).toBe(sooner);
  });
});

describe('a key that manages keys and is limited to addresses', () => {
  const allowedIps = ['127.0.0.0/8', '192.0.2.1'];
  let as: Caller;
  let calls: KeyCalls;

  beforeAll(async () => {
    as = await keyWith({ scopes: ['keys', 'inference'], role: 'admin', allowedIps });
    calls = keyCalls(service, as);
  });

  const expectExceeded = (answer: Answer<unknown>) =>
    expect(pointersOf(expectProblem(answer, 403, 'key.ips_exceed_caller'))).toEqual(['/allowedIps']);

  it('makes keys that are limited like it, or more', async () => {
    expect((await create(as, {})).body.key.allowedIps).toEqual(allowedIps);
    expect((await create(as, { allowedIps: ['192.0.2.1'] })).body.key.allowedIps).toEqual(['192.0.2.1']);
    for (const wider of [[], ['0.0.0.0/0'], ['192.0.2.1', '198.51.100.7']]) {
      expectExceeded(await create(as, { allowedIps: wider }));
    }
  });

  it('lets no key work from elsewhere, and leaves those that do as they are', async () => {
    const { key } = await service.createKey(owner, { allowedIps: ['192.0.2.1'] });
    expectExceeded(await calls.change(key.id, { allowedIps: [] }));
    expectExceeded(await calls.change(key.id, { allowedIps: ['198.51.100.7'] }));
    expect((await calls.change(key.id, { allowedIps })).body.key.allowedIps).toEqual(allowedIps);
    const wide = await service.createKey(owner);
    const { body } = await calls.change(wide.key.id, { name: 'Renamed', allowedIps: [] });
    expect([body.key.name, body.key.allowedIps]).toEqual(['Renamed', []]);
  });
});

describe('a key with the scope keys and the role member', () => {
  it('reads, and neither makes nor revokes', async () => {
    const as = await keyWith({ scopes: ['keys', 'project'] });
    expect((await service.send('GET', '/v1/keys', { as })).status).toBe(200);
    expectProblem(await create(as, {}), 403, 'right.missing');
    expectProblem(await service.revoke(as, paid.key.id), 403, 'right.missing');
    expect((await service.verifyItself(paid.secret)).body.allowed).toBe(true);
  });
});

describe('a key without the scope keys', () => {
  it('reads itself and its history, revokes itself, and does not see others', async () => {
    const as = await keyWith({ scopes: ['project', 'inference'], role: 'admin' });
    const own = `/v1/keys/${as.key.id}`;
    expect((await service.send('GET', own, { as })).status).toBe(200);
    expect((await service.send('GET', `${own}/history`, { as })).status).toBe(200);
    expectProblem(await service.send('GET', '/v1/keys', { as }), 403, 'right.missing');
    expectProblem(await create(as, { scopes: [] }), 403, 'right.missing');
    for (const path of ['', '/history']) {
      const answer = await service.send('GET', `/v1/keys/${paid.key.id}${path}`, { as });
      expectProblem(answer, 404, 'key.not_found');
    }
    expectProblem(await service.revoke(as, paid.key.id), 404, 'key.not_found');
    expect((await service.revoke(as, as.key.id)).status).toBe(200);
    expectProblem(await service.send('GET', own, { as }), 401, 'credential.wrong');
  });

  it('learns nothing about others from verification, not even whether they exist', async () => {
    const as = await keyWith({ scopes: ['project', 'inference', 'keys'], role: 'admin' });
    const answers: object[] = [];
    for (const key of [paid.secret, elsewhere.secret, 'garbage', `cks_${'0'.repeat(49)}`]) {
      const { requestId: _id, ...document } = expectProblem(
        await service.verify(as, { key }),
        403,
        'right.missing',
      );
      answers.push(document);
    }
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect((await service.verify(as, { key: as.secret })).body.allowed).toBe(true);
  });

  it('in a batch asks about itself alone', async () => {
    const as = await keyWith({});
    const batch = (keys: readonly string[]) =>
      service.send('POST', '/v1/verify/batch', { as, body: { requests: keys.map((key) => ({ key })) } });
    expect((await batch([as.secret, as.secret])).status).toBe(200);
    expectProblem(await batch([as.secret, paid.secret]), 403, 'right.missing');
  });
});

describe('the projects of a team', () => {
  const projects = async (as: Caller) =>
    service.send<{ items: { id: string }[] }>('GET', '/v1/projects', { as });

  it.each(['keys', 'inference', 'verify'])('are to a key with the scope %s its own alone', async (scope) => {
    const { body } = await projects(await keyWith({ scopes: [scope], role: 'admin' }));
    expect(body.items.map(({ id }) => id)).toEqual([owner.project.id]);
  });

  it('are all shown to every member', async () => {
    const { body } = await projects(await join(service, owner, 'USER'));
    expect(body.items.map(({ id }) => id)).toEqual([otherProjectId, owner.project.id]);
  });

  it('are not shown to a public key', async () => {
    expectProblem(await projects(await keyWith({ public: true })), 403, 'right.missing');
  });
});

describe('a gateway', () => {
  it.each([
    ['member', 'NOT_FOUND'],
    ['admin', 'VALID'],
  ])('with the role %s finds keys of other projects %s', async (role, code) => {
    const as = await keyWith({ scopes: ['verify'], role });
    expect((await service.verify(as, { key: paid.secret })).body.code).toBe('VALID');
    expect((await service.verify(as, { key: elsewhere.secret })).body.code).toBe(code);
    expectProblem(await service.send('GET', '/v1/keys', { as }), 403, 'right.missing');
  });
});

describe('a member', () => {
  it('as USER sees only keys assigned to them, and makes none', async () => {
    const as = await join(service, owner, 'USER');
    expect((await service.send('GET', '/v1/keys', { as })).body).toEqual({ items: [], nextCursor: null });
    expectProblem(await service.send('GET', `/v1/keys/${paid.key.id}`, { as }), 404, 'key.not_found');
    expectProblem(await service.revoke(as, paid.key.id), 404, 'key.not_found');
    expectProblem(await create(as, {}), 403, 'right.missing');
    expectProblem(await service.send('GET', '/v1/audit/events', { as }), 403, 'right.missing');
    expect((await service.verify(as, { key: paid.secret })).body).toMatchObject({
      allowed: false,
      code: 'NOT_FOUND',
    });
  });

  it('as AUDITOR reads everything and changes nothing', async () => {
    const as = await join(service, owner, 'AUDITOR');
    expect((await service.send('GET', `/v1/keys/${paid.key.id}`, { as })).status).toBe(200);
    expect((await service.send('GET', '/v1/audit/events', { as })).status).toBe(200);
    expectProblem(await create(as, {}), 403, 'right.missing');
    expectProblem(await service.revoke(as, paid.key.id), 403, 'right.missing');
  });

  it('as ADMIN makes and revokes keys', async () => {
    const as = await join(service, owner, 'ADMIN');
    const { status, body } = await create(as, {});
    expect([status, body.key.teamId]).toEqual([201, owner.team.id]);
    expect((await service.revoke(as, body.key.id)).status).toBe(200);
  });
});
