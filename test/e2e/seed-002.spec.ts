import type { KeyView } from '../../src/application/key/key-view.js';
import type { CostEstimate } from '../../src/application/service/estimate-cost.js';
import { type Catalogue, createCatalogue } from '../support/catalogue.js';
import { bearer, type Caller } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { type Member, signUpInto } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** The Key Management tab, in the words and the order of the documentation. */

let mail: MailServer;
let service: TestService;
let catalogue: Catalogue;
let chatId: string;
let searchId: string;
let owner: Owner;
let admin: Member;
let user: Member & { readonly email: string };
let calls: KeyCalls;
let key: NewKey;

beforeAll(async () => {
  mail = await startMailServer();
  service = await startTestService(mail.settings);
  catalogue = createCatalogue(service);
  chatId = await catalogue.register({ name: 'Chat' });
  searchId = await catalogue.register({
    name: 'Search',
    free: true,
    billingPolicies: ['free'],
    models: [{ model: 'finder', prices: [] }],
  });
  owner = await service.signUp();
  admin = await signUpInto(service, owner, 'ADMIN', mail);
  user = await signUpInto(service, owner, 'USER', mail);
  calls = keyCalls(service, owner);
});

afterAll(async () => {
  await service.stop();
  await mail.close();
});

const verdictOf = async (secret: string, request: object) =>
  (await service.verify(owner, { key: secret, ...request })).body.code;

describe('Keys', () => {
  it('a free service key, with all available free services, is created for you when you sign up', async () => {
    const { freeKey } = owner;
    expect(freeKey.key).toMatchObject({ tier: 'free', services: [{ serviceId: searchId, name: 'Search' }] });
    expect(await verdictOf(freeKey.secret, { service: searchId, model: 'finder' })).toBe('VALID');
  });

  it('you will only be allowed to have one free service key and can create several paid for service keys', async () => {
    expect((await service.send('POST', '/v1/keys', { as: owner, body: { tier: 'free' } })).status).toBe(400);
    for (const name of ['First', 'Second']) {
      expect((await service.createKey(owner, { name })).key).toMatchObject({ tier: 'paid', name });
    }
    const { body } = await service.send<{ items: KeyView[] }>('GET', '/v1/keys?tier=free', { as: owner });
    expect(body.items.map(({ id }) => id)).toEqual([owner.freeKey.key.id]);
  });
});

describe('Creating keys', () => {
  it('you will have the option to assign users and enable services', async () => {
    const { userId } = user;
    const services = [{ serviceId: searchId, billingPolicy: 'free' }];
    key = await service.createKey(owner, { name: 'Chatbot', userIds: [userId], services });
    expect(key.key.users.map(({ id }) => id)).toEqual([owner.user.id, userId]);
    expect(key.key.services).toMatchObject(services);
  });

  it('Team Owner, Admin', async () => {
    expect((await service.createKey(admin)).key.tier).toBe('paid');
    const answer = await service.send('POST', '/v1/keys', { as: user, body: {} });
    expectProblem(answer, 403, 'right.missing');
  });
});

describe('Editing key name and description', () => {
  const changes = { name: 'Chatbot 2', description: 'Answers customers' };

  it('can be edited', async () => {
    expect((await calls.change(key.key.id, changes)).body.key).toMatchObject(changes);
    expect((await calls.change(owner.freeKey.key.id, changes)).body.key).toMatchObject(changes);
  });

  it('Team Owner, Admin', async () => {
    expect((await keyCalls(service, admin).change(key.key.id, changes)).status).toBe(200);
    expectProblem(await keyCalls(service, user).change(key.key.id, changes), 403, 'right.missing');
  });
});

describe('Editing assigned users', () => {
  it('you can select (or deselect) the users, with the option to notify them', async () => {
    const [userId, adminId] = [user.userId, admin.userId];
    const path = `/v1/keys/${key.key.id}/users`;
    const put = (userIds: readonly string[]) =>
      service.send<{ key: KeyView; notified: boolean }>('PUT', path, {
        as: owner,
        body: { userIds, notify: true },
      });
    const changed = await put([adminId]);
    expect(changed.body.key.users.map(({ id }) => id)).toEqual([adminId]);
    expect(changed.body.notified).toBe(true);
    await mail.mailTo(user.email, 'You can no longer use the API key Chatbot 2');
    expect((await put([adminId, userId])).body.key.users).toHaveLength(2);
    await mail.mailTo(user.email, 'You can use the API key Chatbot 2');
  });

  it('Team Owner, Admin', async () => {
    const both = [admin.userId, user.userId];
    const assigned = await keyCalls(service, admin).assignUsers(key.key.id, both);
    expect(assigned.body.key.users.map(({ id }) => id)).toEqual(both);
    const answer = await keyCalls(service, user).assignUsers(key.key.id, []);
    expectProblem(answer, 403, 'right.missing');
  });
});

describe('Editing enabled services', () => {
  let walletId: string;
  const paid = () => ({ serviceId: chatId, billingPolicy: 'pay_as_you_go', models: ['jais-30b'], walletId });

  it('you will be required to select a billing policy for each', async () => {
    const answer = await calls.enable(key.key.id, [{ serviceId: chatId }]);
    expectProblem(answer, 400, 'request.invalid');
  });

  it('if Pay-as-you-go is selected, you will be required to select the models and a wallet', async () => {
    const body = { name: 'Research', currency: 'USD' };
    const opened = await service.send<{ wallet: { id: string } }>('POST', '/v1/wallets', { as: owner, body });
    walletId = opened.body.wallet.id;
    const { models: _, ...withoutModels } = paid();
    expectProblem(await calls.enable(key.key.id, [withoutModels]), 400, 'service.models_needed');
    const { walletId: __, ...withoutWallet } = paid();
    expectProblem(await calls.enable(key.key.id, [withoutWallet]), 400, 'service.wallet_needed');
    const enabled = await calls.enable(key.key.id, [paid()]);
    expect(enabled.body.key.services).toEqual([{ ...paid(), name: 'Chat' }]);
  });

  it('payment for all API calls for the service will be deducted from the wallet', async () => {
    const request = { service: chatId, model: 'jais-30b' };
    expect(await verdictOf(key.secret, request)).toBe('INSUFFICIENT_FUNDS');
    await service.send('POST', `/v1/wallets/${walletId}/top-up`, {
      as: owner,
      body: { amountMicros: 5_000_000, reference: 'Invoice 1' },
    });
    expect(await verdictOf(key.secret, request)).toBe('VALID');
    expect(await verdictOf(key.secret, { ...request, model: 'noor' })).toBe('MODEL_NOT_ALLOWED');
    const meter = await service.createKey(owner, { scopes: ['meter'] });
    const used = { serviceId: chatId, model: 'jais-30b', quantities: { input_tokens: 1_000 } };
    const recorded = await service.send('POST', '/v1/usage-records', {
      as: bearer(meter.secret),
      body: { usageId: 'call-1', keyId: key.key.id, ...used },
    });
    expect(recorded.body).toEqual({ amountMicros: 1_500, balanceMicros: 4_998_500, shortfallMicros: 0 });
  });

  it('play around with input parameter values to see what the expected cost per request will be', async () => {
    const costs: number[] = [];
    for (const input_tokens of [1_000, 2_000]) {
      const body = { model: 'jais-30b', quantities: { input_tokens, output_tokens: 100 } };
      const path = `/v1/services/${chatId}/estimate`;
      costs.push((await service.send<CostEstimate>('POST', path, { as: owner, body })).body.amountMicros);
    }
    expect(costs).toEqual([1_950, 3_450]);
  });

  it('select (or deselect) the services', async () => {
    const both = [paid(), { serviceId: searchId, billingPolicy: 'free' }];
    expect((await calls.enable(key.key.id, both)).body.key.services).toHaveLength(2);
    expect((await calls.enable(key.key.id, [paid()])).body.key.services).toHaveLength(1);
  });

  it('not available for your Free Service Key', async () => {
    expectProblem(await calls.enable(owner.freeKey.key.id, []), 409, 'key.free_services_fixed');
  });

  it('Team Owner, Admin', async () => {
    expect((await keyCalls(service, admin).enable(key.key.id, [paid()])).status).toBe(200);
    expectProblem(await keyCalls(service, user).enable(key.key.id, []), 403, 'right.missing');
  });
});

describe('Generating a personal token', () => {
  const request = () => ({ service: chatId, model: 'jais-30b' });

  it('generate a token for your key, which you will be able to copy', async () => {
    const { status, body } = await keyCalls(service, user).issueToken(key.key.id);
    expect(status).toBe(201);
    expect(await verdictOf(body.secret, request())).toBe('VALID');
    // After CLOSE it will no longer be available to view, copy or download.
    const list = await service.send('GET', `/v1/keys/${key.key.id}/tokens`, { as: user });
    expect(list.status).toBe(200);
    expect(list.text).toContain(body.token.id);
    expect(list.text).not.toContain(body.secret);
  });

  it('or download it as a simple text file', async () => {
    const headers = { accept: 'text/plain' };
    const file = await service.send('POST', `/v1/keys/${key.key.id}/tokens`, { as: admin, headers });
    expect(file.headers['content-type']).toMatch(/^text\/plain/);
    expect(await verdictOf(file.text.trim(), request())).toBe('VALID');
  });
});

describe('Rotating a key', () => {
  it.each(['Team Owner', 'Admin', '(User)'])('%s', async (role) => {
    const as = { 'Team Owner': owner, Admin: admin, '(User)': user }[role]!;
    const one = await service.createKey(owner, { userIds: [user.userId] });
    const rotated = await keyCalls(service, as).rotate(one.key.id);
    expect(rotated.status).toBe(200);
    // The one before is good for a day.
    const codes = [await verdictOf(one.secret, {}), await verdictOf(rotated.body.secret, {})];
    expect(codes).toEqual(['VALID', 'VALID']);
  });
});

describe('Revoking a key', () => {
  it('Team Owner, Admin', async () => {
    expectProblem(await service.revoke(user, key.key.id), 403, 'right.missing');
    expect((await service.revoke(admin, key.key.id)).body.key.status).toBe('REVOKED');
    expect(await verdictOf(key.secret, {})).toBe('REVOKED');
    const other = await service.createKey(owner);
    expect((await service.revoke(owner, other.key.id)).status).toBe(200);
  });

  it('or to delete it', async () => {
    const doomed = await service.createKey(owner, { userIds: [user.userId] });
    const remove = (as: Caller) => service.send('DELETE', `/v1/keys/${doomed.key.id}`, { as });
    expectProblem(await remove(user), 403, 'right.missing');
    expect((await remove(admin)).status).toBe(204);
    expect(await verdictOf(doomed.secret, {})).toBe('NOT_FOUND');
  });

  it('not available for your Free Service Key', async () => {
    const { id } = owner.freeKey.key;
    expectProblem(await service.revoke(owner, id), 409, 'key.free_is_permanent');
    expectProblem(
      await service.send('DELETE', `/v1/keys/${id}`, { as: owner }),
      409,
      'key.free_is_permanent',
    );
  });
});
