import type { Recorded } from '../../src/domain/recorded.js';
import type { ServiceEvent } from '../../src/domain/service/events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { type ServiceRow, serviceRows } from './table.js';

const registered: ServiceEvent = {
  type: 'ServiceRegistered',
  serviceId: 's1',
  name: 'Chat',
  free: false,
  currency: 'USD',
  billingPolicies: ['pay_as_you_go'],
  registeredAt: instant(0),
};
const tokens = { unit: 'tokens', amountMicros: 1_500, perUnits: 1_000 };
const images = { unit: 'images', amountMicros: 20_000, perUnits: 1 };
const priced: ServiceEvent = {
  type: 'ServicePriced',
  priceVersion: 1,
  models: ['noor', 'jais-30b', 'gift'],
  prices: [
    { model: 'noor', ...images },
    { model: 'jais-30b', ...tokens },
    { model: 'jais-30b', ...images },
  ],
  pricedAt: instant(0),
};
const repriced: ServiceEvent = { ...priced, priceVersion: 2, models: ['gift'], prices: [] };
const retired: ServiceEvent = { type: 'ServiceRetired', retiredAt: instant(2) };

function fold(...events: readonly ServiceEvent[]): ServiceRow | undefined {
  return events
    .map((event, index): Recorded => recorded('service-s1', event, { revision: index + 1 }))
    .reduce<ServiceRow | undefined>(
      (row, event, index) => serviceRows.apply(row, event, 's1', index),
      undefined,
    );
}

describe('the read model services', () => {
  it('has each price with its model, in the order of the models', () => {
    expect(fold(registered, priced)).toEqual({
      id: 's1',
      name: 'Chat',
      free: false,
      currency: 'USD',
      billingPolicies: ['pay_as_you_go'],
      status: 'active',
      priceVersion: 1,
      models: [
        { model: 'noor', prices: [images] },
        { model: 'jais-30b', prices: [tokens, images] },
        { model: 'gift', prices: [] },
      ],
      registeredAt: instant(0),
      retiredAt: null,
      revision: 2,
    });
  });

  it('has the prices of the last version alone, also once it is retired', () => {
    const row = fold(registered, priced, repriced);
    expect(row).toMatchObject({ priceVersion: 2, models: [{ model: 'gift', prices: [] }], revision: 3 });
    expect(fold(registered, priced, repriced, retired)).toEqual({
      ...row,
      status: 'retired',
      retiredAt: instant(2),
      revision: 4,
    });
  });

  it('is about services only', () => {
    const other = recorded('key-s1', keyCreated());
    const row = fold(registered);
    expect(serviceRows.keysOf(other)).toEqual([]);
    expect(serviceRows.apply(row, other, 's1', 1)).toBe(row);
    expect(serviceRows.keysOf(recorded('service-s1', registered))).toEqual(['s1']);
  });
});
