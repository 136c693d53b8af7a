import type { KeyView } from '../../src/application/key/key-view.js';
import { bearer } from '../support/http-client.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/** The API Keys page of a workspace, in the words and the order of its documentation. */

let service: TestService;
let owner: Owner;
let gateway: NewKey;
let training: NewKey;

beforeAll(async () => {
  service = await startTestService({ COMPASS_SUPPORT_CONTACT: 'support@compass.example' });
  owner = await service.signUp({ teamName: 'Workspace' });
  gateway = await service.createKey(owner, { name: 'Gateway', role: 'admin', scopes: ['verify'] });
});

afterAll(() => service.stop());

async function verdictOf(key: string, permission?: string): Promise<string> {
  const answer = await service.verify(bearer(gateway.secret), { key, ...(permission && { permission }) });
  expect(answer.status).toBe(200);
  return answer.body.code;
}

async function read(id: string): Promise<KeyView> {
  const answer = await service.send<{ key: KeyView }>('GET', `/v1/keys/${id}`, { as: owner });
  expect(answer.status).toBe(200);
  return answer.body.key;
}

describe('Creating API keys', () => {
  it('access the API Keys page within your workspace: it lists the keys of that workspace alone', async () => {
    const other = await service.signUp({ teamName: 'Another workspace' });
    const { team, freeKey } = owner;
    expect(team.name).toBe('Workspace');
    const ids = async (as: Owner) =>
      (await service.send<{ items: KeyView[] }>('GET', '/v1/keys', { as })).body.items.map(({ id }) => id);
    expect(await ids(owner)).toEqual([gateway.key.id, freeKey.key.id]);
    expect(await ids(other)).toEqual([other.freeKey.key.id]);
  });

  it('fill in details: a descriptive name and the appropriate scope, then generate the key', async () => {
    training = await service.createKey(owner, { name: 'Training jobs', scopes: ['project'] });
    expect(training.key).toMatchObject({ name: 'Training jobs', scopes: ['project'], status: 'ACTIVE' });
  });

  it('copy the secret key: it is generated as well, and shown this once', async () => {
    expect(training.secret).toMatch(/^cks_[0-9A-Za-z]{49}$/);
    const shown = await service.send('GET', `/v1/keys/${training.key.id}`, { as: owner });
    expect(shown.text).not.toContain(training.secret);
    expect(training.key.maskedSecret).toMatch(/^cks_.{3}…/);
  });

  it('this secret key is used to authenticate API calls', async () => {
    const whoami = await service.send<{ key: KeyView }>('GET', '/v1/whoami', { as: bearer(training.secret) });
    expect([whoami.status, whoami.body.key.id]).toEqual([200, training.key.id]);
    expect(await verdictOf(training.secret)).toBe('VALID');
  });
});

describe('API key scopes', () => {
  it.each(['projects:manage', 'datasets:upload', 'models:train', 'predictions:create'])(
    'project: provides access to %s',
    async (permission) => {
      expect(await verdictOf(training.secret, permission)).toBe('VALID');
    },
  );

  it('project: provides access to manage projects, and inference does not', async () => {
    const rename = (secret: string) =>
      service.send('PATCH', `/v1/projects/${owner.project.id}`, {
        as: bearer(secret),
        body: { name: 'Training' },
      });
    expect((await rename(training.secret)).status).toBe(200);
    const { secret } = await service.createKey(owner, { scopes: ['inference'] });
    expect((await rename(secret)).status).toBe(403);
  });

  it('project: does not provide access to make inferences', async () => {
    expect(await verdictOf(training.secret, 'inferences:create')).toBe('INSUFFICIENT_SCOPE');
  });

  it('inference: provides access to make inferences on trained models, and to nothing else', async () => {
    const { secret } = await service.createKey(owner, { name: 'Web shop', scopes: ['inference'] });
    expect(await verdictOf(secret, 'inferences:create')).toBe('VALID');
    expect(await verdictOf(secret, 'models:train')).toBe('INSUFFICIENT_SCOPE');
  });

  it('inference: can be used for public access to the models, and only such a key can', async () => {
    const open = await service.createKey(owner, { name: 'Public demo', public: true });
    expect(open.key).toMatchObject({ public: true, scopes: ['inference'], role: 'member' });
    expect(open.secret).toMatch(/^cki_/);
    expect(await verdictOf(open.secret, 'inferences:create')).toBe('VALID');
    const body = { public: true, scopes: ['project', 'inference'] };
    const refused = await service.send('POST', '/v1/keys', { as: owner, body });
    expect([refused.status, refused.body.code]).toEqual([400, 'key.public_only_infers']);
  });
});

describe('Managing API keys', () => {
  it('edit scopes: adjust the access permissions of an existing key, from the next call on', async () => {
    const path = `/v1/keys/${training.key.id}`;
    const edited = await service.send<{ key: KeyView }>('PATCH', path, {
      as: owner,
      body: { scopes: ['inference'] },
    });
    expect([edited.status, edited.body.key.scopes]).toEqual([200, ['inference']]);
    expect(await verdictOf(training.secret, 'models:train')).toBe('INSUFFICIENT_SCOPE');
    expect(await verdictOf(training.secret, 'inferences:create')).toBe('VALID');
    expect((await read(training.key.id)).scopes).toEqual(['inference']);
  });

  it('delete key: if it is no longer needed or compromised', async () => {
    const { key, secret } = await service.createKey(owner, { name: 'Old' });
    const deleted = await service.send('DELETE', `/v1/keys/${key.id}`, { as: owner });
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expect(await verdictOf(secret)).toBe('NOT_FOUND');
    expect((await service.send('GET', `/v1/keys/${key.id}`, { as: owner })).status).toBe(404);
    const list = await service.send<{ items: KeyView[] }>('GET', '/v1/keys?limit=200', { as: owner });
    expect(list.body.items.map(({ id }) => id)).not.toContain(key.id);
  });
});

describe('Best practices', () => {
  it('store securely: a secret is not taken into any text of a key', async () => {
    const body = { name: 'Careless', notes: `It is ${training.secret}` };
    const refused = await service.send('POST', '/v1/keys', { as: owner, body });
    expect([refused.status, refused.body.code]).toEqual([400, 'field.contains_secret']);
  });

  it('rotate regularly: a new secret, while the old one stays good for a time', async () => {
    const rotated = await service.send<NewKey>('POST', `/v1/keys/${training.key.id}/rotate`, {
      as: owner,
      body: {},
    });
    expect(rotated.status).toBe(200);
    expect(rotated.body.key).toMatchObject({ id: training.key.id, secretVersion: 2 });
    expect(rotated.body.secret).not.toBe(training.secret);
    expect(await verdictOf(rotated.body.secret)).toBe('VALID');
    expect(await verdictOf(training.secret)).toBe('VALID');
  });

  it('scope appropriately: an empty list of scopes is nothing, never everything', async () => {
    const { secret } = await service.createKey(owner, { scopes: [] });
    expect(await verdictOf(secret, 'inferences:create')).toBe('INSUFFICIENT_SCOPE');
    expect(await verdictOf(secret, 'runs:read')).toBe('VALID');
  });

  it('our support team is available: its address is told to whoever signs in', async () => {
    const me = await service.send<{ supportContact: string }>('GET', '/v1/me', { as: owner });
    expect(me.body.supportContact).toBe('support@compass.example');
  });
});
