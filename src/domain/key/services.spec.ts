import { specOf } from '../../../test/support/given.js';
import { keyCreatedOf } from '../../../test/support/key-events.js';
import type { Service } from '../service/state.js';
import type { Wallet } from '../wallet/state.js';
import type { EnableServices } from './commands.js';
import { decide } from './decide.js';
import type { EnabledService, KeyEvent } from './events.js';
import { faultOfChoice } from './services.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-02-01T00:00:00.000Z';
const created = keyCreatedOf();
const chat: EnabledService = {
  serviceId: 'chat',
  billingPolicy: 'pay_as_you_go',
  models: ['jais-30b', 'noor'],
  walletId: 'w1',
};
const images: EnabledService = {
  serviceId: 'images',
  billingPolicy: 'invoiced',
  models: ['noor'],
  walletId: null,
};
const search: EnabledService = { serviceId: 'search', billingPolicy: 'free', models: null, walletId: null };

const enable = (...services: readonly EnabledService[]): EnableServices => ({
  type: 'EnableServices',
  services,
  mayWiden: true,
  at,
});
const enabled = (service: EnabledService): KeyEvent => ({
  type: 'ServiceEnabled',
  ...service,
  enabledAt: at,
});

describe('the services of a key', () => {
  it('are enabled, changed and disabled as a set', () => {
    expect(given(created).when(enable(chat, search))).toEqual([enabled(chat), enabled(search)]);
    const cheaper = { ...chat, models: ['noor'] };
    expect(given(created, enabled(chat), enabled(search)).when(enable(cheaper, images))).toEqual([
      { type: 'ServiceDisabled', serviceId: 'search', disabledAt: at },
      { type: 'ServicePolicyChanged', ...cheaper, changedAt: at },
      enabled(images),
    ]);
  });

  it('make no event when they are what they were, in any order', () => {
    const history = [created, enabled(chat), enabled(search)];
    const same = { ...chat, models: ['noor', 'jais-30b'] };
    expect(given(...history).when(enable(search, same))).toEqual([]);
  });

  it('are what the last change left', () => {
    const changed: KeyEvent = { type: 'ServicePolicyChanged', ...chat, walletId: 'w2', changedAt: at };
    const disabled: KeyEvent = { type: 'ServiceDisabled', serviceId: 'search', disabledAt: at };
    const history = [created, enabled(chat), enabled(search), changed, disabled];
    expect(given(...history).when(enable({ ...chat, walletId: 'w2' }))).toEqual([]);
  });

  it('are given to a new key in the same append', () => {
    const create = {
      type: 'CreateKey',
      keyId: created.keyId,
      teamId: created.teamId,
      projectId: created.projectId,
      keyType: 'service_account',
      tier: 'paid',
      role: 'member',
      scopes: [],
      secret: created.secret,
      services: [chat, search],
      at,
    } as const;
    expect(given().when(create)).toMatchObject([{ type: 'KeyCreated' }, enabled(chat), enabled(search)]);
  });

  it('of the free key are fixed, also where nothing would change', () => {
    const refusal = { code: 'key.free_services_fixed' };
    expect(given({ ...created, tier: 'free' }).when(enable(chat))).toEqual(refusal);
    expect(given({ ...created, tier: 'free' }).when(enable())).toEqual(refusal);
  });

  it('of a revoked key are what they were', () => {
    const revoked: KeyEvent = { type: 'KeyRevoked', reason: 'superseded', revokedAt: at };
    expect(given(created, revoked).when(enable())).toEqual({ code: 'key.revoked' });
  });

  it.each<[string, readonly EnabledService[], boolean]>([
    ['taken from', [chat], true],
    ['narrowed on', [{ ...chat, models: ['noor'] }, search], true],
    ['limited to some models on', [chat, { ...search, models: ['noor'] }], true],
    ['added to', [chat, search, images], false],
    ['given more models on', [{ ...chat, models: ['jais-30b', 'noor', 'falcon'] }, search], false],
    ['paid from another wallet on', [{ ...chat, walletId: 'w2' }, search], false],
    ['paid otherwise on', [{ ...chat, billingPolicy: 'invoiced', walletId: null }, search], false],
  ])('may be %s a personal token by others: %#', (_, services, isAllowed) => {
    const narrowing = { ...enable(...services), mayWiden: false };
    const decided = given(created, enabled(chat), enabled(search)).when(narrowing);
    if (isAllowed) expect(decided).toHaveLength(1);
    else expect(decided).toEqual({ code: 'key.only_its_user' });
  });
});

describe('a service is given to a key', () => {
  const service: Service = {
    serviceId: 'chat',
    free: true,
    currency: 'USD',
    billingPolicies: ['free', 'pay_as_you_go', 'invoiced'],
    status: 'active',
    priceVersion: 1,
    models: ['jais-30b', 'noor'],
    prices: [],
  };
  const wallet: Wallet = { walletId: 'w1', teamId: 't1', currency: 'USD', balanceMicros: 0 };
  const fault = (changes: Partial<EnabledService>, of: Partial<Service> = {}, currency = 'USD') => {
    const choice = { ...chat, ...changes };
    const named = choice.walletId === null ? undefined : { ...wallet, currency };
    return faultOfChoice(choice, { ...service, ...of }, named);
  };

  it.each<Partial<EnabledService>>([
    {},
    { billingPolicy: 'invoiced', walletId: null },
    { billingPolicy: 'free', models: null, walletId: null },
    { billingPolicy: 'free', walletId: null },
  ])('as %j', (changes) => {
    expect(fault(changes)).toBeUndefined();
  });

  it('with a policy that it offers, while it is there', () => {
    expect(fault({}, { billingPolicies: ['invoiced'] })).toBe('service.policy_not_offered');
    expect(fault({}, { status: 'retired' })).toBe('service.retired');
  });

  it('with models of its own, one at least', () => {
    expect(fault({ models: ['falcon'] })).toBe('service.model_not_found');
    expect(fault({ models: [] })).toBe('service.models_needed');
    expect(fault({ models: null })).toBe('service.models_needed');
    expect(fault({ billingPolicy: 'invoiced', models: null, walletId: null })).toBe('service.models_needed');
    expect(fault({ billingPolicy: 'free', models: [], walletId: null })).toBe('service.models_needed');
  });

  it('with a wallet in its currency, where that pays', () => {
    expect(fault({ walletId: null })).toBe('service.wallet_needed');
    expect(fault({ billingPolicy: 'invoiced' })).toBe('service.wallet_unused');
    expect(fault({ billingPolicy: 'free', models: null })).toBe('service.wallet_unused');
    expect(fault({}, {}, 'EUR')).toBe('wallet.currency_differs');
  });
});
