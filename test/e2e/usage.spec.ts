import type { KeyView } from '../../src/application/key/key-view.js';
import type { WalletView } from '../../src/application/wallet/get-wallet.js';
import type { RecordedUsage } from '../../src/application/wallet/record-usage.js';
import { formatSecret } from '../../src/domain/access/secret.js';
import type { WalletEntry } from '../../src/domain/wallet/entry.js';
import { newId } from '../../src/platform/ids.js';
import { type Catalogue, chatModels, createCatalogue } from '../support/catalogue.js';
import { bearer, type Caller } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** Usages are reported by a meter and debited from wallets, each once for ever. */

let service: TestService;
let owner: Owner;
let calls: KeyCalls;
let catalogue: Catalogue;
let chatId: string;
let meter: NewKey;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  calls = keyCalls(service, owner);
  catalogue = createCatalogue(service);
  chatId = await catalogue.register();
  meter = await service.createKey(owner, { name: 'Meter', scopes: ['meter'] });
});

afterAll(() => service.stop());

async function openWallet(balanceMicros: number): Promise<string> {
  const body = { name: 'Research', currency: 'USD' };
  const opened = await service.send<{ wallet: WalletView }>('POST', '/v1/wallets', { as: owner, body });
  const { id } = opened.body.wallet;
  if (balanceMicros === 0) return id;
  const topUp = { amountMicros: balanceMicros, reference: 'Invoice 1' };
  await service.send('POST', `/v1/wallets/${id}/top-up`, { as: owner, body: topUp });
  return id;
}

const paidFrom = (walletId: string, serviceId = chatId) => ({
  serviceId,
  billingPolicy: 'pay_as_you_go',
  models: ['jais-30b', 'noor'],
  walletId,
});

/** A key that pays for the chat from a wallet of its own. */
async function payingKey(balanceMicros = 1_000_000): Promise<{ keyId: string; walletId: string }> {
  const walletId = await openWallet(balanceMicros);
  const { key } = await service.createKey(owner, { services: [paidFrom(walletId)] });
  return { keyId: key.id, walletId };
}

const imagesOf = (keyId: string, images = 1) => ({
  usageId: newId(),
  keyId,
  serviceId: chatId,
  model: 'noor',
  quantities: { images },
});

const report = (body: object, as: Caller = bearer(meter.secret)) =>
  service.send<RecordedUsage>('POST', '/v1/usage-records', { as, body });

async function read(walletId: string): Promise<WalletView> {
  return (await service.send<{ wallet: WalletView }>('GET', `/v1/wallets/${walletId}`, { as: owner })).body
    .wallet;
}

async function ledgerOf(walletId: string): Promise<readonly WalletEntry[]> {
  const path = `/v1/wallets/${walletId}/ledger?limit=200`;
  return (await service.send<{ items: WalletEntry[] }>('GET', path, { as: owner })).body.items;
}

describe('a usage', () => {
  it('is debited by the present prices, and stands in the ledger', async () => {
    const { keyId, walletId } = await payingKey();
    const occurredAt = '2026-11-21T10:00:00.000Z';
    const quantities = { input_tokens: 1_201, output_tokens: 300 };
    const usage = { usageId: 'call 1'.replace(' ', '-'), keyId, serviceId: chatId, model: 'jais-30b' };
    const { status, headers, body } = await report({
      ...usage,
      quantities,
      occurredAt: '2026-11-21T11:00:00+01:00',
    });
    expect(status).toBe(201);
    expect(headers).toHaveProperty('compass-position');
    expect(body).toEqual({ amountMicros: 3_152, balanceMicros: 996_848, shortfallMicros: 0 });
    expect((await ledgerOf(walletId))[0]).toMatchObject({
      ...usage,
      type: 'debit',
      amountMicros: 3_152,
      balanceMicros: 996_848,
      priceVersion: 1,
      occurredAt,
      quantities: [
        { unit: 'input_tokens', quantity: 1_201 },
        { unit: 'output_tokens', quantity: 300 },
      ],
    });
    expect(await read(walletId)).toMatchObject({ balanceMicros: 996_848 });
  });

  it('that is repeated is answered as the first time, in any order of its units', async () => {
    const { keyId, walletId } = await payingKey();
    const usage = { usageId: newId(), keyId, serviceId: chatId, model: 'jais-30b' };
    const first = await report({ ...usage, quantities: { input_tokens: 1_000, output_tokens: 0 } });
    await report(imagesOf(keyId));
    const repeat = await report({ ...usage, quantities: { output_tokens: 0, input_tokens: 1_000 } });
    expect([first.status, repeat.status]).toEqual([201, 200]);
    expect(repeat.body).toEqual(first.body);
    expect(await ledgerOf(walletId)).toHaveLength(3);
  });

  it('is another one under the same id in whatever it says, and refused', async () => {
    const { keyId, walletId } = await payingKey();
    const other = await service.createKey(owner, { services: [paidFrom(walletId)] });
    const usage = imagesOf(keyId);
    await report(usage);
    for (const change of [
      { quantities: { images: 2 } },
      { model: 'jais-30b', quantities: { input_tokens: 1 } },
      { occurredAt: '2026-11-21T10:00:00Z' },
      { keyId: other.key.id },
    ]) {
      expectProblem(await report({ ...usage, ...change }), 409, 'usage.different');
    }
    expect(await ledgerOf(walletId)).toHaveLength(2);
  });

  it('takes what is there, records what is not, and the key is refused from then on', async () => {
    const { keyId, walletId } = await payingKey(30_000);
    const { secret } = await service.createKey(owner, { services: [paidFrom(walletId)] });
    const ask = async () =>
      (await service.verify(owner, { key: secret, service: chatId, model: 'noor' })).body.code;
    const codes = [await ask()];
    const { body } = await report(imagesOf(keyId, 2));
    expect(body).toEqual({ amountMicros: 40_000, balanceMicros: 0, shortfallMicros: 10_000 });
    codes.push(await ask());
    const more = await report(imagesOf(keyId));
    expect(more.body).toEqual({ amountMicros: 20_000, balanceMicros: 0, shortfallMicros: 20_000 });
    expect((await ledgerOf(walletId))[0]).toMatchObject({ shortfallMicros: 20_000, balanceMicros: 0 });
    const topUp = { amountMicros: 1, reference: 'Invoice 2' };
    await service.send('POST', `/v1/wallets/${walletId}/top-up`, { as: owner, body: topUp });
    codes.push(await ask());
    expect(codes).toEqual(['VALID', 'INSUFFICIENT_FUNDS', 'VALID']);
  });

  it('stays debited whatever becomes of prices, the policy, the wallet and the service', async () => {
    const serviceId = await catalogue.register();
    const [walletId, otherId] = [await openWallet(1_000_000), await openWallet(1_000_000)];
    const { key } = await service.createKey(owner, { services: [paidFrom(walletId, serviceId)] });
    const usage = { ...imagesOf(key.id), serviceId };
    const first = await report(usage);
    const repeats = [];
    await calls.enable(key.id, [paidFrom(otherId, serviceId)]);
    repeats.push(await report(usage));
    await calls.enable(key.id, [{ serviceId, billingPolicy: 'invoiced', models: ['noor'] }]);
    repeats.push(await report(usage));
    await catalogue.price(serviceId, chatModels.slice(0, 1));
    repeats.push(await report(usage));
    await catalogue.retire(serviceId);
    await calls.enable(key.id, []);
    repeats.push(await report(usage));
    await service.revoke(owner, key.id);
    repeats.push(await report(usage));
    for (const { status, body } of repeats) expect([status, body]).toEqual([200, first.body]);
    expectProblem(await report({ ...usage, quantities: { images: 9 } }), 409, 'usage.different');
    expectProblem(await report({ ...usage, usageId: newId() }), 409, 'service.not_enabled');
    expect((await read(otherId)).balanceMicros).toBe(1_000_000);
    expect(await ledgerOf(walletId)).toHaveLength(2);
  });

  it('is recorded for wallets alone: what is free costs nothing, what is invoiced is paid elsewhere', async () => {
    const searchId = await catalogue.register({
      name: 'Search',
      free: true,
      billingPolicies: ['free', 'invoiced'],
    });
    const enable = async (services: readonly object[]): Promise<KeyView> =>
      (await service.createKey(owner, { services })).key;
    const free = await enable([{ serviceId: searchId, billingPolicy: 'free' }]);
    const invoiced = await enable([{ serviceId: searchId, billingPolicy: 'invoiced', models: ['noor'] }]);
    const costs: unknown[] = [];
    for (const { id } of [free, owner.freeKey.key, invoiced]) {
      const { status, body } = await report({ ...imagesOf(id), serviceId: searchId });
      costs.push([status, body]);
    }
    const nothing = { balanceMicros: null, shortfallMicros: 0 };
    expect(costs).toEqual([
      [200, { amountMicros: 0, ...nothing }],
      [200, { amountMicros: 0, ...nothing }],
      [200, { amountMicros: 20_000, ...nothing }],
    ]);
  });

  it('tells the history whose report it was', async () => {
    const { keyId } = await payingKey();
    await report(imagesOf(keyId));
    const path = `/v1/audit/events?type=WalletDebited&actorId=${meter.key.id}&limit=200`;
    const { body } = await service.send<{ items: { summary: string }[] }>('GET', path, { as: owner });
    expect(body.items.at(-1)?.summary).toBe('Took 20000 micro-units from the wallet.');
  });

  it.each<[string, unknown]>([
    ['usageId', undefined],
    ['usageId', ''],
    ['usageId', 'two words'],
    ['usageId', 'x'.repeat(201)],
    ['usageId', 7],
    ['keyId', 'mine'],
    ['serviceId', null],
    ['model', ''],
    ['quantities', [1]],
    ['quantities', 'many'],
    ['occurredAt', 'yesterday'],
  ])('with the %s %j is refused', async (field, wrong) => {
    const { keyId } = await payingKey();
    const answer = await report({ ...imagesOf(keyId), [field]: wrong });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(`/${field}`);
  });

  it('has no secret for its id', async () => {
    const { keyId, walletId } = await payingKey();
    const usageId = formatSecret('cks', new Uint8Array(32).fill(7));
    expectProblem(await report({ ...imagesOf(keyId), usageId }), 400, 'field.contains_secret');
    expect(await ledgerOf(walletId)).toHaveLength(1);
  });
});

describe('who reports', () => {
  it('is a meter of the team, about any key but itself', async () => {
    const { keyId, walletId } = await payingKey();
    const stranger = await service.signUp();
    const foreign = await service.createKey(stranger, { scopes: ['meter'], role: 'admin' });
    expectProblem(await report(imagesOf(keyId), bearer(foreign.secret)), 404, 'key.not_found');
    const payer = await service.createKey(owner, {
      scopes: ['meter', 'inference'],
      services: [paidFrom(walletId)],
    });
    expectProblem(await report(imagesOf(payer.key.id), bearer(payer.secret)), 403, 'key.is_itself');
    expect((await report(imagesOf(payer.key.id))).status).toBe(201);
    expect((await report(imagesOf(keyId), bearer(payer.secret))).status).toBe(201);
  });

  it('is neither a person, nor their token, nor a key without the scope', async () => {
    const { keyId } = await payingKey();
    const token = await service.createKey(owner, { type: 'personal_token', scopes: ['meter'] });
    const gateway = await service.createKey(owner, { scopes: ['verify', 'keys'], role: 'admin' });
    for (const as of [owner, bearer(token.secret), bearer(gateway.secret)]) {
      expectProblem(await report(imagesOf(keyId), as), 403, 'right.missing');
    }
  });
});

test('many usages of one wallet at once, each reported twice, are debited once', async () => {
  const { keyId, walletId } = await payingKey(50_000_000);
  const usages = Array.from({ length: 250 }, () => imagesOf(keyId));
  const answers = await Promise.all([...usages, ...usages.toReversed()].map((usage) => report(usage)));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([...usages.map(() => 200), ...usages.map(() => 201)]);
  expect(await read(walletId)).toMatchObject({ balanceMicros: 45_000_000, revision: 252 });
});
