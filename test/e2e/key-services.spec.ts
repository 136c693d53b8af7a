import type { KeyView } from '../../src/application/key/key-view.js';
import { newId } from '../../src/platform/ids.js';
import { type Catalogue, createCatalogue } from '../support/catalogue.js';
import { eventually } from '../support/eventually.js';
import { bearer, type Caller } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** Services on keys: who gives which, how each is paid, and what verification makes of it. */

let service: TestService;
let owner: Owner;
let calls: KeyCalls;
let catalogue: Catalogue;
let chatId: string;
let searchId: string;
let walletId: string;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  calls = keyCalls(service, owner);
  catalogue = createCatalogue(service);
  chatId = await catalogue.register();
  searchId = await catalogue.register({
    name: 'Search',
    free: true,
    billingPolicies: ['free', 'invoiced'],
    models: [{ model: 'finder', prices: [] }],
  });
  walletId = await openWallet();
});

afterAll(() => service.stop());

async function openWallet(as: Caller = owner): Promise<string> {
  const body = { name: 'Research', currency: 'USD' };
  const answer = await service.send<{ wallet: { id: string } }>('POST', '/v1/wallets', { as, body });
  return answer.body.wallet.id;
}

const topUp = (id: string) =>
  service.send('POST', `/v1/wallets/${id}/top-up`, {
    as: owner,
    body: { amountMicros: 5_000, reference: 'Invoice 1' },
  });

const chat = () => ({ serviceId: chatId, billingPolicy: 'pay_as_you_go', models: ['jais-30b'], walletId });
const search = () => ({ serviceId: searchId, billingPolicy: 'free' });

const verdict = async (secret: string, request: object) =>
  (
    await service.send<{ code: string; grantedBy: unknown }>('POST', '/v1/verify', {
      as: owner,
      body: { key: secret, ...request },
    })
  ).body;

const idsOf = (keys: readonly KeyView[]) => keys.map(({ id }) => id);
const servicesOf = ({ services }: KeyView) => services.map(({ serviceId }) => serviceId);

async function listed(query: string): Promise<string[]> {
  const path = `/v1/keys?limit=200&${query}`;
  return idsOf((await service.send<{ items: KeyView[] }>('GET', path, { as: owner })).body.items);
}

describe('services', () => {
  it('are enabled as a set, each with how it is paid, and the history tells it', async () => {
    const { key } = await service.createKey(owner);
    const first = await calls.enable(key.id, [chat(), search()]);
    expect(first.status).toBe(200);
    expect(first.body.key.services).toEqual([
      { ...chat(), name: 'Chat' },
      { ...search(), name: 'Search', models: null, walletId: null },
    ]);
    const invoiced = { serviceId: chatId, billingPolicy: 'invoiced', models: ['noor'] };
    const second = await calls.enable(key.id, [invoiced], { headers: { 'if-match': first.headers.etag! } });
    expect(second.body.key.services).toEqual([{ ...invoiced, name: 'Chat', walletId: null }]);
    const history = (await calls.history(key.id)).slice(-4);
    expect(history.map(({ type, summary }) => [type, summary])).toEqual([
      ['ServiceEnabled', 'Gave the key a service, paid as one goes, with jais-30b.'],
      ['ServiceEnabled', 'Gave the key a service, for nothing.'],
      ['ServiceDisabled', 'Took a service from the key.'],
      ['ServicePolicyChanged', 'Changed a service of the key: invoiced, with noor.'],
    ]);
    expect(history[2]?.changes).toMatchObject([{ field: 'services', to: [{ serviceId: chatId }] }]);
  });

  it('are given to a key when it is made', async () => {
    const { key } = await service.createKey(owner, { services: [search(), chat()] });
    expect(servicesOf(key)).toEqual([searchId, chatId]);
    expect(await listed(`serviceId=${chatId}`)).toContain(key.id);
  });

  it('that hold already make no event; an empty set takes all', async () => {
    const { key } = await service.createKey(owner, { services: [chat(), search()] });
    const repeat = await calls.enable(key.id, [search(), chat()]);
    expect(repeat.body.key).toEqual(key);
    expect((await calls.enable(key.id, [])).body.key.services).toEqual([]);
    expect(await listed(`serviceId=${chatId}`)).not.toContain(key.id);
  });

  it('are told by the past of a key', async () => {
    const { key } = await service.createKey(owner, { services: [chat()] });
    await calls.enable(key.id, []);
    const path = `/v1/keys/${key.id}?revision=${key.revision}`;
    const { body } = await service.send<{ key: KeyView }>('GET', path, { as: owner });
    expect(body.key.services).toEqual(key.services);
  });

  it.each<[string, () => unknown]>([
    ['/services', () => 'all'],
    ['/services', () => [chat(), chat()]],
    ['/services/0', () => ['chat']],
    ['/services/0', () => [[]]],
    ['/services/0/serviceId', () => [{ billingPolicy: 'free' }]],
    ['/services/0/billingPolicy', () => [{ ...search(), billingPolicy: 'barter' }]],
    ['/services/0/models', () => [{ ...search(), models: 'all' }]],
    ['/services/0/models/1', () => [{ ...search(), models: ['finder', ''] }]],
    ['/services/0/walletId', () => [{ ...search(), walletId: 'mine' }]],
    ['/services/0/price', () => [{ ...search(), price: 0 }]],
  ])('with a fault at %s are refused: %#', async (pointer, services) => {
    const { key } = await service.createKey(owner);
    const body = { services: services() };
    const answer = await service.send('PUT', `/v1/keys/${key.id}/services`, { as: owner, body });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
    const made = await service.send('POST', '/v1/keys', { as: owner, body });
    expect(pointersOf(expectProblem(made, 400, 'request.invalid'))).toContain(pointer);
  });

  it('are paid from a wallet of the team, and of no other', async () => {
    const foreign = await openWallet(await service.signUp());
    const { key } = await service.createKey(owner);
    const stolen = { ...chat(), walletId: foreign };
    expectProblem(await calls.enable(key.id, [stolen]), 404, 'wallet.not_found');
    const made = await service.send('POST', '/v1/keys', { as: owner, body: { services: [stolen] } });
    expectProblem(made, 404, 'wallet.not_found');
  });

  it('that are retired stay where they are, and go nowhere else', async () => {
    const oldId = await catalogue.register({ name: 'Old' });
    const old = { ...chat(), serviceId: oldId };
    const { key } = await service.createKey(owner, { services: [old] });
    await catalogue.retire(oldId);
    const kept = await calls.enable(key.id, [old, search()]);
    expect(servicesOf(kept.body.key)).toEqual([oldId, searchId]);
    const other = { ...old, models: ['noor'] };
    expectProblem(await calls.enable(key.id, [other]), 409, 'service.retired');
    const { key: another } = await service.createKey(owner);
    expectProblem(await calls.enable(another.id, [old]), 409, 'service.retired');
  });
});

describe('the free key', () => {
  it('has all free services from sign-up on, and those that come later', async () => {
    const { freeKey, ...as } = await service.signUp();
    expect(freeKey.key.services).toContainEqual({
      ...search(),
      name: 'Search',
      models: null,
      walletId: null,
    });
    expect(servicesOf(freeKey.key)).not.toContain(chatId);
    const free = { free: true, billingPolicies: ['free'], models: [{ model: 'news', prices: [] }] } as const;
    const laterId = await catalogue.register({ name: 'News', ...free });
    const show = async (query = '') =>
      (await service.send<{ key: KeyView }>('GET', `/v1/keys/${freeKey.key.id}${query}`, { as })).body.key;
    await eventually('the new service', async () => servicesOf(await show()).includes(laterId) || undefined);
    // The very instant at which it is retired may be this one.
    const asOf = new Date(Date.now() - 1).toISOString();
    await catalogue.retire(laterId);
    await eventually(
      'the service to be gone',
      async () => !servicesOf(await show()).includes(laterId) || undefined,
    );
    expect(servicesOf(await show(`?asOf=${asOf}`))).toContain(laterId);
  });

  it('cannot be edited, also where nothing would change', async () => {
    const { id } = owner.freeKey.key;
    for (const services of [[], [search()], [{ ...search(), serviceId: newId() }]]) {
      expectProblem(await calls.enable(id, services), 409, 'key.free_services_fixed');
    }
  });

  it('is among the keys that have a free service', async () => {
    const { key } = await service.createKey(owner, { services: [search()] });
    const found = await listed(`serviceId=${searchId}`);
    expect(found).toEqual(expect.arrayContaining([key.id, owner.freeKey.key.id]));
    expect(await listed(`serviceId=${chatId}`)).not.toContain(owner.freeKey.key.id);
    const past = `serviceId=${searchId}&asOf=${new Date().toISOString()}`;
    expect(await listed(past)).toEqual(found);
    expect(await listed(`serviceId=${newId()}`)).toEqual([]);
  });
});

describe('who gives services', () => {
  it('of the team members, owners and admins; users what costs nothing, to their own tokens', async () => {
    const admin = keyCalls(service, await join(service, owner, 'ADMIN'));
    const { key } = await service.createKey(owner);
    expect((await admin.enable(key.id, [chat()])).status).toBe(200);
    const user = await join(service, owner, 'USER');
    const token = (services: readonly object[]) =>
      service.send<NewKey>('POST', '/v1/keys', { as: user, body: { type: 'personal_token', services } });
    const own = await token([search()]);
    expect(own.status).toBe(201);
    expectProblem(await token([chat()]), 403, 'key.token_exceeds_user');
    const { id } = own.body.key;
    const invoiced = { ...search(), billingPolicy: 'invoiced', models: ['finder'] };
    for (const paid of [chat(), invoiced]) {
      expectProblem(await keyCalls(service, user).enable(id, [paid]), 403, 'key.token_exceeds_user');
    }
    expectProblem(await calls.enable(id, [search(), chat()]), 403, 'key.only_its_user');
    expect((await calls.enable(id, [])).status).toBe(200);
    const auditor = keyCalls(service, await join(service, owner, 'AUDITOR'));
    expectProblem(await auditor.enable(key.id, []), 403, 'right.missing');
  });

  it('a key gives what it has itself, and never a wallet', async () => {
    const invoiced = { serviceId: chatId, billingPolicy: 'invoiced', models: ['noor', 'jais-30b'] };
    const manager = await service.createKey(owner, {
      scopes: ['keys', 'project'],
      role: 'admin',
      services: [invoiced],
    });
    const as = bearer(manager.secret);
    const { key } = await service.createKey(owner, { services: [search()] });
    const less = { ...invoiced, models: ['noor'] };
    // What the key has already is not given by the manager.
    expect((await keyCalls(service, as).enable(key.id, [search(), less])).status).toBe(200);
    const body = (given: object) => ({ scopes: ['project'], services: [given] });
    expect((await service.createKey(as, body(less))).key.services).toHaveLength(1);
    for (const more of [search(), chat()]) {
      const answer = await service.send('POST', '/v1/keys', { as, body: body(more) });
      expectProblem(answer, 403, 'key.services_exceed_caller');
    }
    const itself = await keyCalls(service, as).enable(manager.key.id, []);
    expectProblem(itself, 403, 'key.is_itself');
  });
});

describe('verification', () => {
  it('knows a service, its models and its wallet as soon as they change', async () => {
    const ownWalletId = await openWallet();
    const { key, secret } = await service.createKey(owner);
    const ask = { service: chatId, model: 'jais-30b' };
    const codes = [(await verdict(secret, ask)).code];
    await calls.enable(key.id, [{ ...chat(), walletId: ownWalletId }]);
    codes.push((await verdict(secret, ask)).code);
    await topUp(ownWalletId);
    const granted = await verdict(secret, ask);
    codes.push(granted.code);
    expect(granted.grantedBy).toEqual({ type: 'service', id: chatId });
    codes.push((await verdict(secret, { ...ask, model: 'noor' })).code);
    codes.push((await verdict(secret, { model: 'jais-30b' })).code);
    codes.push((await verdict(secret, { model: 'noor' })).code);
    await calls.enable(key.id, []);
    codes.push((await verdict(secret, ask)).code);
    expect(codes).toEqual([
      'SERVICE_NOT_ENABLED',
      'INSUFFICIENT_FUNDS',
      'VALID',
      'MODEL_NOT_ALLOWED',
      'VALID',
      'RESOURCE_NOT_ASSIGNED',
      'SERVICE_NOT_ENABLED',
    ]);
  });

  it('follows the catalogue: models that go, services that are retired', async () => {
    const invoiced = (serviceId: string) => ({ serviceId, billingPolicy: 'invoiced', models: ['jais-30b'] });
    const id = await catalogue.register();
    const { secret } = await service.createKey(owner, { services: [invoiced(id)] });
    const ask = { service: id, model: 'jais-30b' };
    expect((await verdict(secret, ask)).code).toBe('VALID');
    const told = (code: string) =>
      eventually(code, async () => (await verdict(secret, ask)).code === code || undefined);
    await catalogue.price(id, [
      { model: 'noor', prices: [{ unit: 'images', amountMicros: 1, perUnits: 1 }] },
    ]);
    await told('MODEL_NOT_ALLOWED');
    await catalogue.retire(id);
    await told('SERVICE_NOT_ENABLED');
  });

  it('grants the free key what is free', async () => {
    const { secret } = owner.freeKey;
    const granted = { code: 'VALID', grantedBy: { type: 'service', id: searchId } };
    expect(await verdict(secret, { service: searchId, model: 'finder' })).toMatchObject(granted);
    expect(await verdict(secret, { model: 'finder' })).toMatchObject(granted);
    expect((await verdict(secret, { service: chatId })).code).toBe('SERVICE_NOT_ENABLED');
  });

  it('prefers a resource, which costs nothing more', async () => {
    const body = { name: 'Own', model: 'jais-30b', resourceType: 'TPM' };
    const made = await service.send<{ resource: { id: string } }>('POST', '/v1/resources', {
      as: owner,
      body,
    });
    const { id } = made.body.resource;
    const { secret } = await service.createKey(owner, { services: [chat()], resourceIds: [id] });
    const ask = { service: chatId, model: 'jais-30b' };
    expect((await verdict(secret, ask)).grantedBy).toEqual({ type: 'resource', id });
    await service.send('PUT', `/v1/resources/${id}/status`, { as: owner, body: { status: 'inactive' } });
    expect((await verdict(secret, ask)).code).toBe('RESOURCE_INACTIVE');
    await topUp(walletId);
    expect((await verdict(secret, ask)).grantedBy).toEqual({ type: 'service', id: chatId });
  });
});
