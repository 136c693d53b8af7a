import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { PricedModel, PriceService, RegisterService } from './commands.js';
import { decide } from './decide.js';
import type { ServiceEvent } from './events.js';
import { modelsMaxCount, perUnitsMax, unitsMaxCount } from './prices.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-01-01T00:00:00.000Z';
const fields = {
  serviceId: 's1',
  name: 'Chat',
  free: false,
  currency: 'USD',
  billingPolicies: ['pay_as_you_go', 'invoiced'],
} as const;
const tokens = { unit: 'input_tokens', amountMicros: 1_500, perUnits: 1_000 };
const images = { unit: 'images', amountMicros: 20_000, perUnits: 1 };
const models: readonly PricedModel[] = [
  { model: 'jais-30b', prices: [tokens, images] },
  { model: 'noor', prices: [images] },
];
const register: RegisterService = { type: 'RegisterService', ...fields, models, at };
const registered: readonly ServiceEvent[] = [
  { type: 'ServiceRegistered', ...fields, registeredAt: at },
  {
    type: 'ServicePriced',
    priceVersion: 1,
    models: ['jais-30b', 'noor'],
    prices: [
      { model: 'jais-30b', ...tokens },
      { model: 'jais-30b', ...images },
      { model: 'noor', ...images },
    ],
    pricedAt: at,
  },
];
const retired: ServiceEvent = { type: 'ServiceRetired', retiredAt: at };
const price = (to: readonly PricedModel[]): PriceService => ({ type: 'PriceService', models: to, at });
const priced = (prices: PricedModel['prices']) => [{ model: 'noor', prices }];
const many = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('registering a service', () => {
  it('records what it is, and its first prices, once', () => {
    expect(given().when(register)).toEqual(registered);
    expect(given(...registered).when(register)).toEqual([]);
  });

  it.each(['', ' a', 'a\nb', 'x'.repeat(101)])('refuses %j as a name or model', (text) => {
    const name = { code: 'service.name_invalid', field: 'name' };
    expect(given().when({ ...register, name: text })).toEqual(name);
    const model = { code: 'service.models_invalid', field: 'models' };
    expect(given().when({ ...register, models: [{ model: text, prices: [images] }] })).toEqual(model);
  });

  it('refuses a secret in every text', () => {
    const secret = formatSecret('cks', new Uint8Array(32).fill(7));
    const named = { code: 'field.contains_secret', field: 'name' };
    expect(given().when({ ...register, name: secret })).toEqual(named);
    const modelled = { code: 'field.contains_secret', field: 'models' };
    expect(given().when({ ...register, models: [{ model: secret, prices: [images] }] })).toEqual(modelled);
  });

  it.each(['usd', 'US', 'USDT', 'U$D'])('refuses %s as a currency', (currency) => {
    const refusal = { code: 'currency.invalid', field: 'currency' };
    expect(given().when({ ...register, currency })).toEqual(refusal);
  });

  it('offers each policy once, and is free just when it offers that', () => {
    const refusal = { code: 'service.policies_invalid', field: 'billingPolicies' };
    const wrong: Partial<RegisterService>[] = [
      { billingPolicies: [] },
      { billingPolicies: ['invoiced', 'invoiced'] },
      { billingPolicies: ['free'] },
      { free: true },
    ];
    for (const change of wrong) expect(given().when({ ...register, ...change })).toEqual(refusal);
    const free = { ...register, free: true, billingPolicies: ['free'] } as const;
    expect(given().when(free)).toMatchObject([{ free: true }, {}]);
  });
});

describe('the prices of a service', () => {
  it('are replaced whole, by a new version', () => {
    const next = [{ model: 'noor', prices: [tokens] }];
    const event = {
      type: 'ServicePriced',
      priceVersion: 2,
      models: ['noor'],
      prices: [{ model: 'noor', ...tokens }],
      pricedAt: at,
    } as const;
    expect(given(...registered).when(price(next))).toEqual([event]);
    expect(given(...registered, event).when(price(next))).toEqual([]);
    expect(given(...registered).when(price(models))).toEqual([]);
  });

  it.each<[string, readonly PricedModel[]]>([
    ['one model twice', [...priced([images]), ...priced([tokens])]],
    ['too many models', many(modelsMaxCount + 1).map((n) => ({ model: `m${n}`, prices: [images] }))],
  ])('are refused for %s', (_, wrong) => {
    const refusal = { code: 'service.models_invalid', field: 'models' };
    expect(given(...registered).when(price(wrong))).toEqual(refusal);
  });

  it.each<[string, PricedModel['prices']]>([
    ['one unit twice', [images, images]],
    ['too many units', many(unitsMaxCount + 1).map((n) => ({ ...images, unit: `u${n}` }))],
    ['a unit that is no name', [{ ...images, unit: 'Input Tokens' }]],
    ['half a micro-unit', [{ ...images, amountMicros: 0.5 }]],
    ['less than nothing', [{ ...images, amountMicros: -1 }]],
    ['an amount that is not exact', [{ ...images, amountMicros: 2 ** 53 }]],
    ['no units', [{ ...images, perUnits: 0 }]],
    ['too many units at once', [{ ...images, perUnits: perUnitsMax + 1 }]],
  ])('are refused for %s', (_, prices) => {
    const refusal = { code: 'service.prices_invalid', field: 'models' };
    expect(given(...registered).when(price(priced(prices)))).toEqual(refusal);
  });

  it('are there for each model that is paid as one goes, and only then', () => {
    const refusal = { code: 'service.price_missing', field: 'models' };
    expect(given(...registered).when(price(priced([])))).toEqual(refusal);
    const invoiced = { ...register, billingPolicies: ['invoiced'], models: priced([]) } as const;
    expect(given().when(invoiced)).toMatchObject([{}, { models: ['noor'], prices: [] }]);
  });

  it('stay as they are once it is retired', () => {
    expect(given(...registered, retired).when(price([]))).toEqual({ code: 'service.retired' });
    expect(given().when(price([]))).toEqual({ code: 'service.not_found' });
  });
});

describe('retiring a service', () => {
  it('happens once', () => {
    const retire = { type: 'RetireService', at } as const;
    expect(given(...registered).when(retire)).toEqual([retired]);
    expect(given(...registered, retired).when(retire)).toEqual([]);
    expect(given().when(retire)).toEqual({ code: 'service.not_found' });
  });
});
