import fc from 'fast-check';
import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { DebitWallet, OpenWallet, PricedUsage, TopUpWallet } from './commands.js';
import { isSameUsage } from './debits.js';
import { decide } from './decide.js';
import type { WalletDebited, WalletEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-01-01T00:00:00.000Z';
const fields = { walletId: 'w1', teamId: 'team-1', name: 'Research', currency: 'USD' };
const open: OpenWallet = { type: 'OpenWallet', ...fields, at };
const opened: WalletEvent = { type: 'WalletOpened', ...fields, openedAt: at };
const topUp = (amountMicros: number, reference = 'Invoice 1'): TopUpWallet => ({
  type: 'TopUpWallet',
  amountMicros,
  reference,
  at,
});
const toppedUp = (amountMicros: number, balanceMicros = amountMicros): WalletEvent => ({
  type: 'WalletToppedUp',
  amountMicros,
  balanceMicros,
  reference: 'Invoice 1',
  toppedUpAt: at,
});
const usage = (usageId: string, amountMicros: number): PricedUsage => ({
  usageId,
  keyId: 'k1',
  serviceId: 's1',
  model: 'jais-30b',
  quantities: [{ unit: 'images', quantity: amountMicros }],
  priceVersion: 1,
  amountMicros,
});
const debit = (usages: readonly PricedUsage[], ...debitedIds: readonly string[]): DebitWallet => ({
  type: 'DebitWallet',
  usages,
  debitedIds: new Set(debitedIds),
  at,
});

describe('opening a wallet', () => {
  it('happens once', () => {
    expect(given().when(open)).toEqual([opened]);
    expect(given(opened).when(open)).toEqual([]);
  });

  it('needs a name and a currency', () => {
    const secret = formatSecret('cks', new Uint8Array(32).fill(7));
    expect(given().when({ ...open, name: ' ' })).toEqual({ code: 'wallet.name_invalid', field: 'name' });
    expect(given().when({ ...open, name: secret })).toEqual({
      code: 'field.contains_secret',
      field: 'name',
    });
    expect(given().when({ ...open, currency: 'usd' })).toEqual({
      code: 'currency.invalid',
      field: 'currency',
    });
  });
});

describe('topping up a wallet', () => {
  it('adds to what is there, as often as it is said', () => {
    expect(given(opened).when(topUp(5))).toEqual([toppedUp(5)]);
    expect(given(opened, toppedUp(5)).when(topUp(5))).toEqual([toppedUp(5, 10)]);
    expect(given().when(topUp(5))).toEqual({ code: 'wallet.not_found' });
  });

  it.each([0, -1, 0.5, Number.NaN, 2 ** 53])('is refused for %d', (amountMicros) => {
    const refusal = { code: 'wallet.amount_invalid', field: 'amountMicros' };
    expect(given(opened).when(topUp(amountMicros))).toEqual(refusal);
  });

  it('says where the money came from', () => {
    const secret = formatSecret('cks', new Uint8Array(32).fill(7));
    const refusal = { code: 'wallet.reference_invalid', field: 'reference' };
    expect(given(opened).when(topUp(5, ''))).toEqual(refusal);
    expect(given(opened).when(topUp(5, 'x'.repeat(201)))).toEqual(refusal);
    expect(given(opened).when(topUp(5, secret))).toEqual({
      code: 'field.contains_secret',
      field: 'reference',
    });
  });

  it('stops where a balance could not be told exactly', () => {
    const most = Number.MAX_SAFE_INTEGER;
    expect(given(opened).when(topUp(most))).toEqual([toppedUp(most)]);
    const refusal = { code: 'wallet.full', field: 'amountMicros' };
    expect(given(opened, toppedUp(most)).when(topUp(1))).toEqual(refusal);
  });
});

describe('debiting a wallet', () => {
  const rich = given(opened, toppedUp(10));

  it('takes what each usage costs, in their order', () => {
    expect(rich.when(debit([usage('a', 3), usage('b', 4)]))).toEqual([
      { type: 'WalletDebited', ...usage('a', 3), shortfallMicros: 0, balanceMicros: 7, debitedAt: at },
      { type: 'WalletDebited', ...usage('b', 4), shortfallMicros: 0, balanceMicros: 3, debitedAt: at },
    ]);
  });

  it('takes what is there, and tells what is not', () => {
    expect(rich.when(debit([usage('a', 12), usage('b', 5)]))).toMatchObject([
      { amountMicros: 12, shortfallMicros: 2, balanceMicros: 0 },
      { amountMicros: 5, shortfallMicros: 5, balanceMicros: 0 },
    ]);
  });

  it('takes nothing for what was debited already, before or among these', () => {
    expect(rich.when(debit([usage('a', 3)], 'a'))).toEqual([]);
    expect(rich.when(debit([usage('a', 3), usage('a', 3), usage('b', 1)], 'b'))).toMatchObject([
      { usageId: 'a', balanceMicros: 7 },
    ]);
    expect(given().when(debit([usage('a', 3)]))).toEqual({ code: 'wallet.not_found' });
  });

  it('records what costs nothing too', () => {
    expect(rich.when(debit([usage('a', 0)]))).toMatchObject([{ amountMicros: 0, balanceMicros: 10 }]);
  });
});

describe('two reports of one usage', () => {
  const one = usage('a', 1);
  const two = { unit: 'seconds', quantity: 2 };

  it('are the same in whatever order units are named, and whatever the price is by now', () => {
    const both = { ...one, quantities: [...one.quantities, two] };
    expect(isSameUsage(both, { ...both, quantities: both.quantities.toReversed() })).toBe(true);
    const dearer: PricedUsage = { ...one, amountMicros: 9, priceVersion: 2 };
    expect(isSameUsage(one, dearer)).toBe(true);
  });

  it.each<[string, Partial<PricedUsage>]>([
    ['key', { keyId: 'k2' }],
    ['service', { serviceId: 's2' }],
    ['model', { model: 'noor' }],
    ['quantities', { quantities: [two] }],
    ['time', { occurredAt: at }],
  ])('differ by their %s', (_, change) => {
    expect(isSameUsage(one, { ...one, ...change })).toBe(false);
  });
});

/** What may happen to a wallet: money comes, or usages are reported, some of them again. */
const happening = fc.oneof(
  fc.record({ amountMicros: fc.integer({ min: 1, max: 50 }) }),
  fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat({ max: 30 })), { maxLength: 5 }),
);

test('for any history, the balance is what came in less what was paid, and each usage is paid once', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (history) => {
      const log: WalletEvent[] = [opened];
      for (const one of history) {
        const debits = log.filter((event): event is WalletDebited => event.type === 'WalletDebited');
        const command = Array.isArray(one)
          ? debit(
              one.map(([usageId, cost]) => usage(usageId, cost)),
              ...debits.map(({ usageId }) => usageId),
            )
          : topUp(one.amountMicros);
        const decided = given(...log).when(command);
        log.push(...(decided as WalletEvent[]));
      }
      let balance = 0;
      const seen = new Set<string>();
      for (const event of log) {
        if (event.type === 'WalletToppedUp') balance += event.amountMicros;
        if (event.type === 'WalletDebited') {
          balance -= event.amountMicros - event.shortfallMicros;
          expect(event.shortfallMicros === 0 || event.balanceMicros === 0).toBe(true);
          expect(seen.has(event.usageId)).toBe(false);
          seen.add(event.usageId);
        }
        if (event.type !== 'WalletOpened') expect(event.balanceMicros).toBe(balance);
        expect(balance).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
