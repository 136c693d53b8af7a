import type { KeyView } from '../../src/application/key/key-view.js';
import { bearer } from '../support/http-client.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { issueOperator } from '../support/operator.js';
import type { NewKey, Owner } from '../support/people.js';
import { startTestService, type TestService } from '../support/service.js';

/**
 * Keys and the resources they are assigned to, in the words and the order of the documentation.
 */

interface Resource {
  readonly id: string;
  readonly model: string;
}

let mail: MailServer;
let service: TestService;
let owner: Owner;
let gateway: NewKey;
let tokens: Resource;
let pay: Resource;
let key: NewKey;

const details = {
  department: 'Research',
  environment: 'production',
  requestor: 'Grace Hopper',
  appId: 'chat',
  businessJustification: 'A chat for customers',
  notes: 'Asked for by telephone',
};

beforeAll(async () => {
  mail = await startMailServer();
  service = await startTestService({
    ...mail.settings,
    COMPASS_SUPPORT_CONTACT: 'compass.support@core42.ai',
  });
  owner = await service.signUp();
  gateway = await service.createKey(owner, { name: 'Gateway', role: 'admin', scopes: ['verify'] });
  tokens = await register('Tokens per minute', 'jais-30b', 'TPM');
  pay = await register('Pay as you go', 'llama-3', 'PYG');
});

afterAll(async () => {
  await service.stop();
  await mail.close();
});

async function call<Body>(method: string, path: string, body?: object, status = 200): Promise<Body> {
  const answer = await service.send<Body>(method, path, { as: owner, ...(body && { body }) });
  expect([answer.status, answer.text]).toEqual([status, answer.text]);
  return answer.body;
}

async function register(name: string, model: string, resourceType: 'TPM' | 'PYG'): Promise<Resource> {
  const body = { name, model, resourceType };
  return (await call<{ resource: Resource }>('POST', '/v1/resources', body, 201)).resource;
}

const assign = (...resources: Resource[]) =>
  call<{ key: KeyView }>('PUT', `/v1/keys/${key.key.id}/resources`, {
    resourceIds: resources.map(({ id }) => id),
  });

async function verdictOf(model: string): Promise<string> {
  const body = { key: key.secret, permission: 'inferences:create', model };
  return (await service.verify(bearer(gateway.secret), body)).body.code;
}

const idsOf = ({ resources }: KeyView) => resources.map(({ id }) => id);

describe('Create API Keys', () => {
  it('log in to your account', async () => {
    const { email, password } = owner;
    const answer = await service.send('POST', '/v1/sign-in', { body: { email, password } });
    expect(answer.status).toBe(200);
    owner = { ...owner, ...service.sessionOf(answer) };
  });

  it('enter the details: a name, resources, and what else there is to say', async () => {
    key = await service.createKey(owner, { name: 'chat_key', resourceIds: [tokens.id], ...details });
    expect(key.key).toMatchObject({ name: 'chat_key', ...details });
    expect(key.key.resources).toEqual([
      { id: tokens.id, name: 'Tokens per minute', model: 'jais-30b', resourceType: 'TPM', status: 'active' },
    ]);
  });

  it('ensure the key name does not have any special characters or spaces', async () => {
    await call('PATCH', '/v1/team', { nameStyle: 'identifier' });
    for (const name of ['chat key', 'chat/key', 'chat!']) {
      const refused = await service.send('POST', '/v1/keys', { as: owner, body: { name } });
      expect([refused.status, refused.body.code]).toEqual([400, 'key.name_not_identifier']);
    }
  });

  it('App ID: use the exact name', async () => {
    const ask = async (appId: string) =>
      (await service.verify(bearer(gateway.secret), { key: key.secret, appId })).body.code;
    expect([await ask('chat'), await ask('Chat')]).toEqual(['VALID', 'APP_MISMATCH']);
  });

  it('all details but the name are optional, and the name has a default', async () => {
    expect((await service.createKey(owner)).key).toMatchObject({
      name: expect.stringMatching(/^key-[0-9a-f]{8}$/),
      department: null,
      resources: [],
    });
  });

  it('notify via email: the address that is to receive the new API key', async () => {
    const notifyEmail = 'grace@example.com';
    const made = await service.createKey(owner, { name: 'mailed_key', notifyEmail });
    const { text } = await mail.mailTo(notifyEmail, 'mailed_key');
    const answer = await fetch(`${service.url}/v1/claims`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: /#(\S+)/.exec(text)?.[1] }),
    });
    expect(await answer.json()).toEqual({ keyId: made.key.id, name: 'mailed_key', secret: made.secret });
  });

  it('you can view the API key only once, when you generate it', async () => {
    const answer = await service.send('GET', `/v1/keys/${key.key.id}`, { as: owner });
    expect(answer.text).not.toContain(key.secret);
  });

  it('if you do not store it or lose it, you can generate a new API key', async () => {
    const again = await service.createKey(owner, { name: 'chat_key', ...details });
    expect(again.secret).not.toBe(key.secret);
  });

  it('you will be able to use the API keys only with an active resource', async () => {
    expect(await verdictOf('jais-30b')).toBe('VALID');
    expect(await verdictOf('llama-3')).toBe('RESOURCE_NOT_ASSIGNED');
    await call('PUT', `/v1/resources/${tokens.id}/status`, { status: 'inactive' });
    expect(await verdictOf('jais-30b')).toBe('RESOURCE_INACTIVE');
    await call('PUT', `/v1/resources/${tokens.id}/status`, { status: 'active' });
    expect(await verdictOf('jais-30b')).toBe('VALID');
  });

  it('you can create multiple API keys', async () => {
    const more = await Promise.all([1, 2, 3].map(() => service.createKey(owner, { name: 'chat_key' })));
    expect(new Set(more.map(({ secret }) => secret)).size).toBe(3);
  });
});

describe('For Administrator API Key', () => {
  it('write to the support team, which issues one on the server', async () => {
    const { supportContact } = await call<{ supportContact: string }>('GET', '/v1/me');
    expect(supportContact).toBe('compass.support@core42.ai');
    const administrator = await issueOperator(service, owner.team.id);
    const seen = await service.send('GET', `/v1/keys/${key.key.id}`, { as: administrator });
    expect(seen.status).toBe(200);
  });
});

describe('Assign Resources to API Keys', () => {
  it('select the resources and click Associate', async () => {
    expect(idsOf((await assign(tokens, pay)).key)).toEqual([tokens.id, pay.id]);
    expect(await verdictOf('llama-3')).toBe('VALID');
  });

  it('a key associated with a model of one type cannot be associated with the same model of another', async () => {
    const twin = await register('Same model', 'jais-30b', 'PYG');
    const body = { resourceIds: [tokens.id, pay.id, twin.id] };
    const path = `/v1/keys/${key.key.id}/resources`;
    const refused = await service.send('PUT', path, { as: owner, body });
    expect([refused.status, refused.body.code]).toEqual([409, 'resource.model_conflict']);
    await call('PUT', `/v1/resources/${twin.id}/status`, { status: 'inactive' });
    expect((await service.send('PUT', path, { as: owner, body })).status).toBe(409);
  });
});

describe('Edit the Assigned Resources', () => {
  it('select a new resource or unselect the existing one', async () => {
    expect(idsOf((await assign(pay)).key)).toEqual([pay.id]);
    expect(await verdictOf('jais-30b')).toBe('RESOURCE_NOT_ASSIGNED');
    expect(idsOf((await assign(tokens)).key)).toEqual([tokens.id]);
    expect(idsOf((await assign()).key)).toEqual([]);
  });
});

describe('Edit API Key', () => {
  it('edit the details and save', async () => {
    const changes = { name: 'chat_key_2', department: null, environment: 'staging' };
    const edited = await call<{ key: KeyView }>('PATCH', `/v1/keys/${key.key.id}`, changes);
    expect(edited.key).toMatchObject({ ...details, ...changes });
  });
});

describe('Delete API Key', () => {
  it('it will be removed from your list', async () => {
    await call('DELETE', `/v1/keys/${key.key.id}`, undefined, 204);
    const { items } = await call<{ items: KeyView[] }>('GET', '/v1/keys?limit=200');
    expect(items.map(({ id }) => id)).not.toContain(key.key.id);
  });
});
