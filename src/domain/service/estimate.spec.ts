import fc from 'fast-check';
import { type Cost, estimate } from './estimate.js';
import { perUnitsMax } from './prices.js';
import type { PriceList } from './state.js';

const list: PriceList = {
  priceVersion: 3,
  models: ['jais-30b', 'noor', 'gift'],
  prices: [
    { model: 'jais-30b', unit: 'input_tokens', amountMicros: 1_500, perUnits: 1_000 },
    { model: 'jais-30b', unit: 'output_tokens', amountMicros: 4_500, perUnits: 1_000 },
    { model: 'noor', unit: 'seconds', amountMicros: 1, perUnits: 3 },
    { model: 'noor', unit: 'images', amountMicros: 1, perUnits: 2 },
  ],
};

function costOf(prices: PriceList, model: string, quantities: Readonly<Record<string, number>>): Cost {
  const given = Object.entries(quantities).map(([unit, quantity]) => ({ unit, quantity }));
  const found = estimate(prices, model, given);
  if (!found.ok) throw new Error(found.code);
  return found.cost;
}

const refusalOf = (model: string, unit: string, quantity: number) =>
  estimate(list, model, [{ unit, quantity }]);

describe('an estimate', () => {
  it('is the sum of its lines', () => {
    expect(costOf(list, 'jais-30b', { input_tokens: 1_200, output_tokens: 300 })).toEqual({
      amountMicros: 3_150,
      priceVersion: 3,
      breakdown: [
        { unit: 'input_tokens', quantity: 1_200, amountMicros: '1800' },
        { unit: 'output_tokens', quantity: 300, amountMicros: '1350' },
      ],
    });
  });

  it('shows fractions in its lines, and rounds their sum once', () => {
    expect(costOf(list, 'jais-30b', { input_tokens: 1, output_tokens: 1 })).toMatchObject({
      amountMicros: 6,
      breakdown: [{ amountMicros: '1.5' }, { amountMicros: '4.5' }],
    });
    expect(costOf(list, 'noor', { seconds: 2 })).toMatchObject({
      amountMicros: 1,
      breakdown: [{ amountMicros: '0.666667' }],
    });
  });

  it.each([
    [1, 0],
    [3, 2],
    [5, 2],
    [7, 4],
  ])('rounds %i halves to the even %i', (images, amountMicros) => {
    expect(costOf(list, 'noor', { images })).toMatchObject({ amountMicros });
  });

  it('is nothing for nothing, and for what has no price', () => {
    expect(costOf(list, 'noor', {})).toMatchObject({ amountMicros: 0, breakdown: [] });
    expect(costOf(list, 'gift', {})).toMatchObject({ amountMicros: 0 });
    expect(costOf(list, 'noor', { images: 0 })).toMatchObject({ amountMicros: 0 });
  });

  it('is refused for what the service does not have', () => {
    expect(refusalOf('falcon', 'images', 1)).toMatchObject({ code: 'service.model_not_found' });
    expect(refusalOf('jais-30b', 'images', 1)).toMatchObject({ code: 'service.unit_unknown' });
    expect(refusalOf('jais-30b', 'constructor', 1)).toMatchObject({ code: 'service.unit_unknown' });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('is refused for %d units', (quantity) => {
    expect(refusalOf('noor', 'images', quantity)).toMatchObject({ code: 'usage.quantity_invalid' });
  });

  it('is refused where it could not be told exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(costOf(list, 'noor', { images: most })).toMatchObject({ amountMicros: 2 ** 52 });
    expect(refusalOf('jais-30b', 'input_tokens', most)).toMatchObject({ code: 'usage.amount_too_large' });
  });
});

const price = fc.record({
  amountMicros: fc.nat({ max: 1_000_000 }),
  perUnits: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: perUnitsMax })),
  quantity: fc.nat({ max: 1_000_000 }),
});

type Item = typeof price extends fc.Arbitrary<infer T> ? T : never;

function costOfItems(items: readonly Item[]): Cost {
  const unitOf = (n: number) => `u${n}`;
  const prices = items.map((item, n) => ({ model: 'm', unit: unitOf(n), ...item }));
  const quantities = Object.fromEntries(items.map(({ quantity }, n) => [unitOf(n), quantity]));
  return costOf({ priceVersion: 1, models: ['m'], prices }, 'm', quantities);
}

/** The exact sum as a whole number of parts, and how many parts make one. */
function partsOf(items: readonly Item[]): [parts: bigint, perOne: bigint] {
  const perOne = items.reduce((product, { perUnits }) => product * BigInt(perUnits), 1n);
  const parts = items.map(
    ({ amountMicros, perUnits, quantity }) =>
      (BigInt(quantity) * BigInt(amountMicros) * perOne) / BigInt(perUnits),
  );
  return [parts.reduce((sum, part) => sum + part, 0n), perOne];
}

describe('for any prices and quantities, an estimate', () => {
  const items = fc.array(price, { minLength: 1, maxLength: 6 });

  it('is at most half a micro-unit from the exact sum, and even where it is just that', () => {
    fc.assert(
      fc.property(items, (given) => {
        const amount = BigInt(costOfItems(given).amountMicros);
        const [parts, perOne] = partsOf(given);
        const twiceOff = 2n * (amount * perOne - parts);
        expect(twiceOff <= perOne && twiceOff >= -perOne).toBe(true);
        if (twiceOff === perOne || twiceOff === -perOne) expect(amount % 2n).toBe(0n);
      }),
    );
  });

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(items, (given) => {
        expect(costOfItems(given.toReversed()).amountMicros).toBe(costOfItems(given).amountMicros);
      }),
    );
  });

  it('never falls when more is used', () => {
    fc.assert(
      fc.property(items, fc.nat({ max: 1_000 }), ([first, ...rest], more) => {
        const increased = [{ ...first!, quantity: first!.quantity + more }, ...rest];
        const before = costOfItems([first!, ...rest]).amountMicros;
        expect(costOfItems(increased).amountMicros).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});
