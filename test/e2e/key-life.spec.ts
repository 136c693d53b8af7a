import { bearer } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;
let stranger: Owner;
let keys: KeyCalls;
let gateway: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  stranger = await service.signUp();
  keys = keyCalls(service, owner);
  gateway = await service.createKey(owner, { scopes: ['verify'], role: 'admin' });
});

afterAll(() => service.stop());

const nowhere = '01990000-0000-7000-8000-000000000000';

async function codeOf(secret: string): Promise<string> {
  return (await service.verify(bearer(gateway.secret), { key: secret })).body.code;
}

async function register(model: string, resourceType: string, as = owner): Promise<string> {
  const body = { name: model, model, resourceType };
  const answer = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', { as, body });
  expect(answer.status).toBe(201);
  return answer.body.resource.id;
}

async function makeProfile(as = owner): Promise<string> {
  const body = { name: 'Careful', settings: { tone: 'neutral' } };
  const answer = await service.send<{ biasProfile: { id: string } }>('POST', '/v1/bias-profiles', {
    as,
    body,
  });
  expect(answer.status).toBe(201);
  return answer.body.biasProfile.id;
}

describe('a new key', () => {
  it('has everything that it was asked to have', async () => {
    const biasProfileId = await makeProfile();
    const resourceIds = [await register('falcon', 'TPM'), await register('jais', 'PYG')];
    const asked = {
      name: 'Chat',
      labels: ['chat', 'blue'],
      externalId: 'ext-7',
      allowedIps: ['192.0.2.0/24', '::1'],
    };
    const { key, secret } = await service.createKey(owner, { ...asked, biasProfileId, resourceIds });
    expect(key).toMatchObject({
      ...asked,
      type: 'service_account',
      public: false,
      userId: null,
      biasProfile: { id: biasProfileId, name: 'Careful' },
      resources: [
        { id: resourceIds[0], name: 'falcon', model: 'falcon', resourceType: 'TPM', status: 'active' },
        { id: resourceIds[1], name: 'jais', model: 'jais', resourceType: 'PYG', status: 'active' },
      ],
    });
    expect(secret).toMatch(/^cks_/);
    expect((await keys.history(key.id)).map(({ type }) => type)).toEqual([
      'KeyCreated',
      'UserAssigned',
      'ResourceAssigned',
      'ResourceAssigned',
      'BiasProfileChanged',
      'AllowedIpsChanged',
    ]);
  });

  it('that is public only infers, and tells so by its secret', async () => {
    const allowedOrigins = ['https://app.example'];
    const { key, secret } = await service.createKey(owner, { public: true, allowedOrigins });
    expect(key).toMatchObject({ public: true, scopes: ['inference'], role: 'member', allowedOrigins });
    expect(secret).toMatch(/^cki_/);
  });

  it.each<[object, number, string, string]>([
    [{ public: true, role: 'admin' }, 400, 'key.public_is_member', '/role'],
    [{ public: true, scopes: ['project'] }, 400, 'key.public_only_infers', '/scopes'],
    [{ public: true, type: 'personal_token' }, 400, 'key.public_is_service', '/type'],
    [{ allowedOrigins: ['https://app.example'] }, 400, 'key.origins_need_public', '/allowedOrigins'],
    [{ resourceIds: [nowhere] }, 404, 'resource.not_found', '/resourceIds'],
    [{ biasProfileId: nowhere }, 404, 'profile.not_found', '/biasProfileId'],
    [{ allowedIps: ['10.0.0.0/8', '10.0.0.0/40'] }, 400, 'request.invalid', '/allowedIps/1'],
    [{ allowedOrigins: ['https://app.example/path'] }, 400, 'request.invalid', '/allowedOrigins/0'],
    [{ labels: ['one', 'one'] }, 400, 'request.invalid', '/labels'],
    [{ labels: ['ok', ''] }, 400, 'request.invalid', '/labels/1'],
    [{ labels: Array.from({ length: 33 }, (_, n) => `l${n}`) }, 400, 'request.invalid', '/labels'],
    [{ externalId: 'x'.repeat(201) }, 400, 'request.invalid', '/externalId'],
    [{ type: 'operator' }, 400, 'request.invalid', '/type'],
    [{ public: 'yes' }, 400, 'request.invalid', '/public'],
  ])('with %j is refused with %i %s', async (body, status, code, pointer) => {
    const answer = await service.send('POST', '/v1/keys', { as: owner, body });
    expect(pointersOf(expectProblem(answer, status, code))).toEqual([pointer]);
  });

  it('never has what belongs to another team', async () => {
    const theirs = { resourceIds: [await register('falcon', 'TPM', stranger)] };
    const profile = { biasProfileId: await makeProfile(stranger) };
    const create = (body: object) => service.send('POST', '/v1/keys', { as: owner, body });
    expectProblem(await create(theirs), 404, 'resource.not_found');
    expectProblem(await create(profile), 404, 'profile.not_found');
  });
});

describe('PATCH', () => {
  it('changes what is given and nothing else, in one go', async () => {
    const { key } = await service.createKey(owner, { name: 'Before', notes: 'Old', labels: ['a'] });
    const changes = {
      name: 'After',
      role: 'admin',
      scopes: ['inference'],
      labels: ['b', 'c'],
      allowedIps: ['::/0'],
      expiresAt: '2100-01-01T00:00:00Z',
    };
    const { status, headers, body } = await keys.change(key.id, changes);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ etag: `"${body.key.revision}"`, 'compass-position': expect.any(String) });
    expect(body.key).toEqual({
      ...key,
      ...changes,
      expiresAt: '2100-01-01T00:00:00.000Z',
      revision: key.revision + 5,
    });
  });

  it('clears what is null', async () => {
    const details = {
      description: 'd',
      department: 'd',
      environment: 'e',
      requestor: 'r',
      appId: 'a',
      businessJustification: 'b',
      notes: 'n',
      externalId: 'x',
    };
    const biasProfileId = await makeProfile();
    const { key } = await service.createKey(owner, { ...details, biasProfileId, expiresInDays: 3 });
    const nulls = Object.fromEntries(Object.keys(details).map((field) => [field, null]));
    const { body } = await keys.change(key.id, { ...nulls, biasProfileId: null, expiresInDays: null });
    expect(body.key).toMatchObject({ ...nulls, biasProfile: null, expiresAt: null });
  });

  it('with nothing, or with what holds already, is a repeat', async () => {
    const { key } = await service.createKey(owner, { name: 'Same', labels: ['a'] });
    for (const body of [{}, { name: 'Same', labels: ['a'], notes: null, scopes: ['inference', 'project'] }]) {
      const answer = await keys.change(key.id, body);
      expect([answer.status, answer.body.key]).toEqual([200, key]);
    }
  });

  it.each<[object, string]>([
    [{ name: null }, '/name'],
    [{ role: null }, '/role'],
    [{ scopes: null }, '/scopes'],
    [{ labels: null }, '/labels'],
    [{ allowedIps: null }, '/allowedIps'],
    [{ type: 'personal_token' }, '/type'],
    [{ public: true }, '/public'],
    [{ projectId: nowhere }, '/projectId'],
    [{ tier: 'free' }, '/tier'],
    [{ resourceIds: [] }, '/resourceIds'],
    [{ status: 'INACTIVE' }, '/status'],
    [{ expiresInDays: 0 }, '/expiresInDays'],
  ])('%j names what cannot be so', async (body, pointer) => {
    const answer = await keys.change(owner.freeKey.key.id, body);
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
  });

  it('is refused whole when a part of it is', async () => {
    const { key } = await service.createKey(owner);
    expectProblem(await keys.change(key.id, { notes: 'New', name: '' }), 400, 'key.name_invalid');
    const ambiguous = { expiresInDays: null, expiresAt: '2100-01-01T00:00:00Z' };
    expectProblem(await keys.change(key.id, ambiguous), 400, 'key.expiry_ambiguous');
    expectProblem(await keys.change(key.id, { notes: gateway.secret }), 400, 'field.contains_secret');
    expectProblem(await keys.change(key.id, { labels: [gateway.secret] }), 400, 'field.contains_secret');
    expect((await keys.read(key.id)).body.key).toEqual(key);
  });

  it('does not attach an archived profile', async () => {
    const biasProfileId = await makeProfile();
    await service.send('POST', `/v1/bias-profiles/${biasProfileId}/archive`, { as: owner });
    const { key } = await service.createKey(owner);
    expectProblem(await keys.change(key.id, { biasProfileId }), 409, 'profile.archived');
  });

  it('renames the free key', async () => {
    const answer = await keys.change(owner.freeKey.key.id, { name: 'Ours' });
    expect([answer.status, answer.body.key.name]).toEqual([200, 'Ours']);
  });
});

describe('resources', () => {
  it('are set as a whole; the differences are what happened', async () => {
    const [one, two, three] = [
      await register('m1', 'TPM'),
      await register('m2', 'TPM'),
      await register('m3', 'PYG'),
    ];
    const { key } = await service.createKey(owner, { resourceIds: [one, two] });
    const changed = await keys.assign(key.id, [three, two]);
    expect(changed.body.key.resources.map(({ id }) => id)).toEqual([two, three]);
    const types = (await keys.history(key.id)).slice(-2).map(({ type }) => type);
    expect(types).toEqual(['ResourceUnassigned', 'ResourceAssigned']);
    expect((await keys.assign(key.id, [two, three])).body.key.revision).toBe(changed.body.key.revision);
    expect((await keys.assign(key.id, [])).body.key.resources).toEqual([]);
  });

  it('cannot have one model under two types, active or not', async () => {
    const tokens = await register('m4', 'TPM');
    const pay = await register('m4', 'PYG');
    const path = `/v1/resources/${pay}/status`;
    await service.send('PUT', path, { as: owner, body: { status: 'inactive' } });
    const { key } = await service.createKey(owner, { resourceIds: [tokens] });
    const answer = await keys.assign(key.id, [tokens, pay]);
    expect(pointersOf(expectProblem(answer, 409, 'resource.model_conflict'))).toEqual(['/resourceIds']);
    expect((await keys.assign(key.id, [pay])).body.key.resources).toMatchObject([{ status: 'inactive' }]);
  });
});

describe('status', () => {
  it('disables and enables; the history tells the reason', async () => {
    const { key, secret } = await service.createKey(owner);
    const body = { status: 'INACTIVE', reason: 'Budget is spent' };
    const disabled = await keys.setStatus(key.id, 'INACTIVE', { body });
    expect(disabled.body.key.status).toBe('INACTIVE');
    expect(await codeOf(secret)).toBe('INACTIVE');
    expect((await keys.history(key.id)).at(-1)).toMatchObject({
      type: 'StatusChanged',
      reason: 'Budget is spent',
      changes: [{ field: 'status', from: 'ACTIVE', to: 'INACTIVE' }],
    });
    expect((await keys.setStatus(key.id, 'INACTIVE')).body.key.revision).toBe(disabled.body.key.revision);
    expect((await keys.setStatus(key.id, 'ACTIVE')).body.key.status).toBe('ACTIVE');
    expect(await codeOf(secret)).toBe('VALID');
  });

  it('takes no secret as a reason, and no other status', async () => {
    const { key } = await service.createKey(owner);
    const leak = { status: 'INACTIVE', reason: `It is ${gateway.secret}` };
    const refused = expectProblem(
      await keys.setStatus(key.id, '', { body: leak }),
      400,
      'field.contains_secret',
    );
    expect(pointersOf(refused)).toEqual(['/reason']);
    expectProblem(await keys.setStatus(key.id, 'REVOKED'), 400, 'request.invalid');
  });
});

describe('If-Match', () => {
  it('keeps every verb from a key that has changed', async () => {
    const { key } = await service.createKey(owner);
    const stale = { headers: { 'if-match': `"${key.revision - 1}"` } };
    const answers = [
      await keys.change(key.id, { name: 'Other' }, stale),
      await keys.setStatus(key.id, 'INACTIVE', stale),
      await keys.assign(key.id, [], stale),
      await keys.rotate(key.id, {}, stale),
      await keys.remove(key.id, stale),
    ];
    for (const answer of answers) expectProblem(answer, 412, 'request.precondition_failed');
    expect((await keys.read(key.id)).body.key).toEqual(key);
    const seen = { headers: { 'if-match': `"${key.revision}"` } };
    expect((await keys.remove(key.id, seen)).status).toBe(204);
  });
});

describe('a revoked key', () => {
  it('can only be deleted', async () => {
    const { key } = await service.createKey(owner);
    await service.revoke(owner, key.id);
    expectProblem(await keys.change(key.id, {}), 409, 'key.revoked');
    expectProblem(await keys.setStatus(key.id, 'ACTIVE'), 409, 'key.revoked');
    expectProblem(await keys.assign(key.id, []), 409, 'key.revoked');
    expectProblem(await keys.rotate(key.id), 409, 'key.revoked');
    expect((await service.revoke(owner, key.id)).status).toBe(200);
    expect((await keys.remove(key.id)).status).toBe(204);
  });
});

describe('a deleted key', () => {
  it('is nowhere from the next request on', async () => {
    const { key, secret } = await service.createKey(owner);
    const { status, headers, text } = await keys.remove(key.id);
    expect([status, text, headers['compass-position']]).toEqual([
      204,
      '',
      expect.stringMatching(/^\d+(\.\d+)?$/),
    ]);
    expect(await codeOf(secret)).toBe('NOT_FOUND');
    const answers = [
      await keys.read(key.id),
      await keys.change(key.id, {}),
      await keys.setStatus(key.id, 'ACTIVE'),
      await keys.assign(key.id, []),
      await keys.rotate(key.id),
      await service.revoke(owner, key.id),
      await keys.remove(key.id),
    ];
    for (const answer of answers) expectProblem(answer, 404, 'key.not_found');
    const list = await service.send<{ items: { id: string }[] }>('GET', '/v1/keys?limit=200', { as: owner });
    expect(list.body.items.map(({ id }) => id)).not.toContain(key.id);
  });

  it('leaves its history to those who audit', async () => {
    const { key } = await service.createKey(owner);
    const manager = await service.createKey(owner, { scopes: ['keys'], role: 'admin' });
    await keys.remove(key.id);
    const auditor = keyCalls(service, await join(service, owner, 'AUDITOR'));
    for (const reader of [keys, auditor]) {
      expect((await reader.history(key.id)).at(-1)).toMatchObject({ type: 'KeyDeleted' });
    }
    for (const as of [bearer(manager.secret), stranger, await join(service, owner, 'USER')]) {
      const answer = await service.send('GET', `/v1/keys/${key.id}/history`, { as });
      expectProblem(answer, 404, 'key.not_found');
    }
  });

  it('is never the free key', async () => {
    expectProblem(await keys.remove(owner.freeKey.key.id), 409, 'key.free_is_permanent');
    expect(await codeOf(owner.freeKey.secret)).toBe('VALID');
  });
});

describe('a key that manages keys', () => {
  const manager = async () => {
    const { key, secret } = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    return { id: key.id, ...bearer(secret), calls: keyCalls(service, bearer(secret)) };
  };

  it('changes others of its project, and gives no more than it has', async () => {
    const { calls } = await manager();
    const { key } = await service.createKey(owner);
    expect((await calls.change(key.id, { scopes: ['project'], role: 'admin' })).status).toBe(200);
    expectProblem(await calls.change(key.id, { scopes: ['inference'] }), 403, 'key.scopes_exceed_caller');
    expectProblem(await calls.change(key.id, { scopes: ['keys'] }), 403, 'key.scopes_exceed_caller');
    expect((await calls.setStatus(key.id, 'INACTIVE')).status).toBe(200);
    expect((await calls.rotate(key.id, { gracePeriodSeconds: 0 })).status).toBe(200);
    expect((await calls.remove(key.id)).status).toBe(204);
  });

  it('makes no public key that could do what it cannot', async () => {
    const as = await manager();
    const answer = await service.send('POST', '/v1/keys', { as, body: { public: true } });
    expectProblem(answer, 403, 'key.scopes_exceed_caller');
  });

  it('changes and deletes itself in no way', async () => {
    const { id, calls } = await manager();
    expectProblem(await calls.change(id, { name: 'Me' }), 403, 'key.is_itself');
    expectProblem(await calls.setStatus(id, 'INACTIVE'), 403, 'key.is_itself');
    expectProblem(await calls.assign(id, []), 403, 'key.is_itself');
    expectProblem(await calls.remove(id), 403, 'key.is_itself');
  });

  it('does not see another team', async () => {
    const { calls } = await manager();
    expectProblem(await calls.change(stranger.freeKey.key.id, {}), 404, 'key.not_found');
  });
});

describe('POST /v1/self/revoke', () => {
  it('ends the key that is presented, whatever it is', async () => {
    for (const fields of [{ scopes: [] }, { public: true }]) {
      const { key, secret } = await service.createKey(owner, fields);
      const as = bearer(secret);
      const body = { reason: 'key_compromise' };
      const { status, text } = await service.send('POST', '/v1/self/revoke', { as, body });
      expect([status, text]).toEqual([204, '']);
      expect((await keys.read(key.id)).body.key).toMatchObject({
        status: 'REVOKED',
        revocationReason: 'key_compromise',
      });
      expectProblem(await service.send('POST', '/v1/self/revoke', { as }), 401, 'credential.wrong');
    }
  });

  it('ends it at the revision that was seen, or not at all', async () => {
    const { key, secret } = await service.createKey(owner);
    const revoke = (tag: string) =>
      service.send('POST', '/v1/self/revoke', { as: bearer(secret), headers: { 'if-match': tag } });
    const stale = await revoke(`"${key.revision + 1}"`);
    expectProblem(stale, 412, 'request.precondition_failed');
    expect(stale.headers.etag).toBe(`"${key.revision}"`);
    expect((await keys.read(key.id)).body.key.status).toBe('ACTIVE');
    expect((await revoke(`"${key.revision}"`)).status).toBe(204);
    expect((await keys.read(key.id)).body.key.status).toBe('REVOKED');
  });

  it('is not for sessions, and not for the free key', async () => {
    expectProblem(await service.send('POST', '/v1/self/revoke', { as: owner }), 403, 'right.missing');
    const free = await service.send('POST', '/v1/self/revoke', { as: bearer(owner.freeKey.secret) });
    expectProblem(free, 409, 'key.free_is_permanent');
  });
});
