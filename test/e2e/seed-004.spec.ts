import type { KeyView } from '../../src/application/key/key-view.js';
import { eventually } from '../support/eventually.js';
import { bearer } from '../support/http-client.js';
import type { NewKey, Owner, Verdict } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/** Managing API keys with their bias profiles, in the words and the order of the documentation. */

interface BiasProfile {
  readonly id: string;
  readonly name: string;
  readonly settings: object;
}

let service: TestService;
let owner: Owner;
let gateway: NewKey;
let cautious: BiasProfile;
let key: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  gateway = await service.createKey(owner, { name: 'Gateway', role: 'admin', scopes: ['verify'] });
});

afterAll(() => service.stop());

async function call<Body>(method: string, path: string, body?: object, status = 200): Promise<Body> {
  const answer = await service.send<Body>(method, path, { as: owner, ...(body && { body }) });
  expect([answer.status, answer.text]).toEqual([status, answer.text]);
  return answer.body;
}

const read = async (id: string) => (await call<{ key: KeyView }>('GET', `/v1/keys/${id}`)).key;
const edit = (id: string, body: object) => call<{ key: KeyView }>('PATCH', `/v1/keys/${id}`, body);
const setStatus = (id: string, status: string) =>
  call<{ key: KeyView }>('PUT', `/v1/keys/${id}/status`, { status });

async function verdictOf(secret: string, more: object = {}): Promise<Verdict & { biasProfile?: unknown }> {
  return (await service.verify(bearer(gateway.secret), { key: secret, ...more })).body;
}

describe('Viewing API keys: each row contains', () => {
  it('API key id, masked API key, status, last used and bias profile', async () => {
    const { items } = await call<{ items: KeyView[] }>('GET', '/v1/keys');
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      id: gateway.key.id,
      maskedSecret: `${gateway.secret.slice(0, 7)}…${gateway.secret.slice(-4)}`,
      status: 'ACTIVE',
      lastUsedAt: null,
      biasProfile: null,
    });
  });

  it('actions: edit and delete', async () => {
    const row = await service.createKey(owner);
    expect((await edit(row.key.id, { name: 'Edited' })).key.name).toBe('Edited');
    await call('DELETE', `/v1/keys/${row.key.id}`, undefined, 204);
  });
});

describe('Creating a new API key', () => {
  it('select a Bias Profile (optional)', async () => {
    const body = { name: 'Cautious', settings: { politics: 'neutral', strictness: 0.8 } };
    cautious = (await call<{ biasProfile: BiasProfile }>('POST', '/v1/bias-profiles', body, 201)).biasProfile;
    expect(cautious).toMatchObject(body);
    const without = await service.createKey(owner, {});
    expect(without.key.biasProfile).toBeNull();
  });

  it('click “Create API Key” to generate', async () => {
    key = await service.createKey(owner, { biasProfileId: cautious.id });
    expect(key.key.biasProfile).toEqual({ id: cautious.id, name: 'Cautious' });
    expect(key.secret).toMatch(/^cks_/);
    const { items } = await call<{ items: KeyView[] }>('GET', '/v1/keys?limit=1');
    expect(items[0]).toMatchObject({ id: key.key.id, biasProfile: { id: cautious.id, name: 'Cautious' } });
  });

  it('copy the API key value and store it securely: it is not to be had again', async () => {
    const answers = await Promise.all([
      service.send('GET', `/v1/keys/${key.key.id}`, { as: owner }),
      service.send('GET', '/v1/keys', { as: owner }),
      service.send('GET', `/v1/keys/${key.key.id}/history`, { as: owner }),
    ]);
    for (const { text } of answers) expect(text).not.toContain(key.secret);
  });
});

describe('Updating API key settings', () => {
  it('modify the Bias Profile association', async () => {
    const settings = { politics: 'open' };
    const body = { name: 'Open', settings };
    const { biasProfile } = await call<{ biasProfile: BiasProfile }>('POST', '/v1/bias-profiles', body, 201);
    const edited = await edit(key.key.id, { biasProfileId: biasProfile.id });
    expect(edited.key.biasProfile).toEqual({ id: biasProfile.id, name: 'Open' });
    expect(await verdictOf(key.secret)).toMatchObject({ biasProfile: { id: biasProfile.id, settings } });
    expect((await edit(key.key.id, { biasProfileId: null })).key.biasProfile).toBeNull();
    expect((await verdictOf(key.secret)).biasProfile).toBeNull();
    await edit(key.key.id, { biasProfileId: cautious.id });
  });

  it('modify the key status', async () => {
    expect((await setStatus(key.key.id, 'INACTIVE')).key.status).toBe('INACTIVE');
    expect((await setStatus(key.key.id, 'ACTIVE')).key.status).toBe('ACTIVE');
  });
});

describe('Deleting an API key', () => {
  it('deletion is permanent and cannot be undone; all services using it stop working immediately', async () => {
    const doomed = await service.createKey(owner, { name: 'Doomed' });
    expect((await verdictOf(doomed.secret)).code).toBe('VALID');
    await call('DELETE', `/v1/keys/${doomed.key.id}`, undefined, 204);
    expect((await verdictOf(doomed.secret)).code).toBe('NOT_FOUND');
    await call('PUT', `/v1/keys/${doomed.key.id}/status`, { status: 'ACTIVE' }, 404);
    await call('GET', `/v1/keys/${doomed.key.id}`, undefined, 404);
  });

  it('leaves its history to those who audit', async () => {
    const doomed = await service.createKey(owner);
    await call('DELETE', `/v1/keys/${doomed.key.id}`, undefined, 204);
    const { items } = await call<{ items: { type: string }[] }>('GET', `/v1/keys/${doomed.key.id}/history`);
    expect(items.at(-1)?.type).toBe('KeyDeleted');
  });
});

describe('API key status', () => {
  it('ACTIVE: the key is working and can make API calls', async () => {
    expect(await verdictOf(key.secret)).toMatchObject({ allowed: true, code: 'VALID' });
  });

  it('INACTIVE: the key is temporarily disabled', async () => {
    await setStatus(key.key.id, 'INACTIVE');
    expect(await verdictOf(key.secret)).toMatchObject({ allowed: false, code: 'INACTIVE' });
    await setStatus(key.key.id, 'ACTIVE');
    expect((await verdictOf(key.secret)).allowed).toBe(true);
  });

  it('EXPIRED: the key has reached its end date', async () => {
    const expiresAt = new Date(Date.now() + 3_000).toISOString();
    const short = await service.createKey(owner, { expiresAt });
    await eventually('the key has expired', async () => (await read(short.key.id)).status === 'EXPIRED');
    expect((await verdictOf(short.secret)).code).toBe('EXPIRED');
  });
});

describe('Best practices', () => {
  it('regular rotation: applications are updated with the new secret gradually', async () => {
    const rotated = await call<NewKey>('POST', `/v1/keys/${key.key.id}/rotate`, {
      gracePeriodSeconds: 3_600,
    });
    expect((await verdictOf(key.secret)).code).toBe('VALID');
    expect((await verdictOf(rotated.secret)).code).toBe('VALID');
    const last = await call<NewKey>('POST', `/v1/keys/${key.key.id}/rotate`, { gracePeriodSeconds: 0 });
    expect((await verdictOf(key.secret)).code).toBe('NOT_FOUND');
    expect((await verdictOf(rotated.secret)).code).toBe('NOT_FOUND');
    expect(await verdictOf(last.secret)).toMatchObject({ code: 'VALID', keyId: key.key.id });
  });

  it('regular rotation: create new keys before deleting old ones', async () => {
    const [old, next] = [await service.createKey(owner), await service.createKey(owner)];
    await call('DELETE', `/v1/keys/${old.key.id}`, undefined, 204);
    expect((await verdictOf(next.secret)).code).toBe('VALID');
  });

  it('access control: different keys for different applications', async () => {
    const { secret } = await service.createKey(owner, { appId: 'chat' });
    expect((await verdictOf(secret, { appId: 'chat' })).code).toBe('VALID');
    expect((await verdictOf(secret, { appId: 'mail' })).code).toBe('APP_MISMATCH');
  });

  it('access control: appropriate bias profiles, which no one takes away from under a key', async () => {
    const archived = await service.send('POST', `/v1/bias-profiles/${cautious.id}/archive`, { as: owner });
    expect([archived.status, archived.body.code]).toEqual([409, 'profile.attached']);
  });

  it('access control: monitor “Last Used” timestamps regularly', async () => {
    const used = await eventually(
      'its last use is told',
      async () => (await read(key.key.id)).lastUsedAt ?? undefined,
    );
    expect(Date.parse(used)).toBeLessThanOrEqual(Date.now());
  });

  it('security: delete unused keys immediately, which the list can tell', async () => {
    const unused = await service.createKey(owner, { name: 'Never used' });
    const ids = async () => {
      const { items } = await call<{ items: KeyView[] }>('GET', '/v1/keys?neverUsed=true&limit=200');
      return items.map(({ id }) => id);
    };
    expect(await ids()).toContain(unused.key.id);
    expect(await ids()).not.toContain(key.key.id);
    await call('DELETE', `/v1/keys/${unused.key.id}`, undefined, 204);
    expect(await ids()).not.toContain(unused.key.id);
  });

  it('security: whoever finds a compromised key revokes it with the key itself', async () => {
    const leaked = await service.createKey(owner);
    const found = await service.send('POST', '/v1/self/revoke', { as: bearer(leaked.secret) });
    expect([found.status, (await verdictOf(leaked.secret)).code]).toEqual([204, 'REVOKED']);
  });
});
