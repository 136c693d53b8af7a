import type { KeyView } from '../../src/application/key/key-view.js';
import { bearer } from '../support/http-client.js';
import { signUpInto } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/** Authentication with project-scoped keys over HTTP, in the words and the order of the documentation. */

let service: TestService;
let owner: Owner;
/** Not the team's first. */
let projectId: string;
let gateway: NewKey;
let pipeline: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  const project = { as: owner, body: { name: 'Pipelines' } };
  projectId = (await service.send<{ project: { id: string } }>('POST', '/v1/projects', project)).body.project
    .id;
  gateway = await service.createKey(owner, { name: 'Gateway', role: 'admin', scopes: ['verify'] });
});

afterAll(() => service.stop());

async function verdictOf(secret: string, more: object = {}): Promise<string> {
  return (await service.verify(bearer(gateway.secret), { key: secret, ...more })).body.code;
}

describe('Creating a key: fill in', () => {
  it('name, type, project and an optional lifetime in days', async () => {
    pipeline = await service.createKey(owner, {
      name: 'CI Pipeline',
      type: 'service_account',
      projectId,
      expiresInDays: 30,
    });
    const { createdAt, expiresAt } = pipeline.key;
    expect(pipeline.key).toMatchObject({ name: 'CI Pipeline', type: 'service_account', projectId });
    expect(Date.parse(expiresAt ?? '') - Date.parse(createdAt)).toBe(30 * 86_400_000);
  });

  it('leave the lifetime blank for a key that does not expire', async () => {
    expect((await service.createKey(owner)).key.expiresAt).toBeNull();
  });

  it('its secret is shown once: you cannot retrieve it again afterward', async () => {
    const read = await service.send('GET', `/v1/keys/${pipeline.key.id}`, { as: owner });
    expect(read.text).not.toContain(pipeline.secret);
  });

  it('if you lose it, revoke the key and create a new one', async () => {
    const lost = await service.createKey(owner, { name: 'Lost' });
    await service.revoke(owner, lost.key.id, { body: { reason: 'superseded' } });
    expect(await verdictOf(lost.secret)).toBe('REVOKED');
    expect(await verdictOf((await service.createKey(owner, { name: 'Lost' })).secret)).toBe('VALID');
  });
});

describe('Treat keys like passwords', () => {
  it('give each system its own key so you can revoke one without disrupting the others', async () => {
    const [shop, mail] = [await service.createKey(owner), await service.createKey(owner)];
    await service.revoke(owner, shop.key.id);
    expect([await verdictOf(shop.secret), await verdictOf(mail.secret)]).toEqual(['REVOKED', 'VALID']);
  });
});

describe('Service accounts vs personal tokens', () => {
  it('a service account is its own identity, independent of any person', async () => {
    const whoami = await service.send<{ key: KeyView }>('GET', '/v1/whoami', { as: bearer(pipeline.secret) });
    expect(whoami.body.key).toMatchObject({ type: 'service_account', userId: null });
  });

  it('it should keep working regardless of who set it up; a personal token inherits your access', async () => {
    const admin = await signUpInto(service, owner, 'ADMIN');
    const { secret: account } = await service.createKey(admin, { role: 'admin' });
    const { secret: token } = await service.createKey(admin, { type: 'personal_token', role: 'admin' });
    const asked = { permission: 'connections:write' };
    const codes = async () => [await verdictOf(account, asked), await verdictOf(token, asked)];
    expect(await codes()).toEqual(['VALID', 'VALID']);
    const member = `/v1/members/${admin.userId}`;
    await service.send('PATCH', member, { as: owner, body: { role: 'USER' } });
    expect(await codes()).toEqual(['VALID', 'INSUFFICIENT_ROLE']);
    await service.send('DELETE', member, { as: owner });
    expect(await codes()).toEqual(['VALID', 'USER_NOT_ENTITLED']);
  });

  it('a personal token acts as you', async () => {
    const token = await service.createKey(owner, { name: 'Mine', type: 'personal_token' });
    expect(token.key).toMatchObject({ type: 'personal_token', userId: owner.user.id });
    expect(token.secret).toMatch(/^ckp_/);
    const answer = await service.verify(bearer(gateway.secret), { key: token.secret });
    expect(answer.body).toMatchObject({ code: 'VALID', userId: owner.user.id });
  });

  it('a personal token is never made by a key', async () => {
    const manager = await service.createKey(owner, { role: 'admin', scopes: ['keys', 'project'] });
    const body = { type: 'personal_token' };
    const refused = await service.send('POST', '/v1/keys', { as: bearer(manager.secret), body });
    expect([refused.status, refused.body.code]).toEqual([403, 'key.token_of_another']);
  });

  it('sensitive actions, such as creating or changing connections, require an admin key', async () => {
    const admin = await service.createKey(owner, { role: 'admin' });
    expect(await verdictOf(pipeline.secret, { permission: 'connections:write' })).toBe('INSUFFICIENT_ROLE');
    expect(await verdictOf(admin.secret, { permission: 'connections:write' })).toBe('VALID');
  });

  it('running and reading work is available to any key for the project', async () => {
    for (const permission of ['runs:create', 'runs:read']) {
      expect(await verdictOf(pipeline.secret, { permission })).toBe('VALID');
    }
  });
});

describe('Using a key', () => {
  it('send it as a bearer token on every request', async () => {
    expect((await service.send('GET', '/v1/whoami', { as: bearer(pipeline.secret) })).status).toBe(200);
    expect((await service.send('GET', '/v1/whoami')).status).toBe(401);
  });

  it('you do not send a project id yourself: it is resolved from the key', async () => {
    const answer = await service.verifyItself(pipeline.secret);
    expect(answer.body).toMatchObject({ allowed: true, projectId });
    expect(await verdictOf(pipeline.secret, { project: projectId })).toBe('VALID');
    expect(await verdictOf(pipeline.secret, { project: owner.project.id })).toBe('WRONG_PROJECT');
    const seen = await service.send<{ items: { id: string }[] }>('GET', '/v1/projects', {
      as: bearer(pipeline.secret),
    });
    expect(seen.body.items.map(({ id }) => id)).toEqual([projectId]);
  });
});

describe('Revoking a key', () => {
  it('each key shows its type, project, and creation date', async () => {
    const list = await service.send<{ items: KeyView[] }>('GET', '/v1/keys?limit=200', { as: owner });
    expect(list.body.items.find(({ id }) => id === pipeline.key.id)).toMatchObject({
      type: 'service_account',
      projectId,
      createdAt: pipeline.key.createdAt,
    });
  });

  it('click Revoke to disable it immediately: any client using it stops working at once', async () => {
    await service.revoke(owner, pipeline.key.id);
    expect(await verdictOf(pipeline.secret)).toBe('REVOKED');
    expect((await service.send('GET', '/v1/whoami', { as: bearer(pipeline.secret) })).status).toBe(401);
  });

  it('revocation cannot be undone', async () => {
    const path = `/v1/keys/${pipeline.key.id}`;
    const enabled = await service.send('PUT', `${path}/status`, { as: owner, body: { status: 'ACTIVE' } });
    expect([enabled.status, enabled.body.code]).toEqual([409, 'key.revoked']);
    const rotated = await service.send('POST', `${path}/rotate`, { as: owner, body: {} });
    expect([rotated.status, rotated.body.code]).toEqual([409, 'key.revoked']);
  });
});
