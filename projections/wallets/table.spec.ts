import type { WalletDebited, WalletOpened, WalletToppedUp } from '../../src/domain/wallet/events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { walletEntries } from './entries.js';
import { walletRows } from './table.js';

const openedEvent: WalletOpened = {
  type: 'WalletOpened',
  walletId: 'w1',
  teamId: 'team-1',
  name: 'Research',
  currency: 'USD',
  openedAt: instant(0),
};
const toppedUpEvent: WalletToppedUp = {
  type: 'WalletToppedUp',
  amountMicros: 10,
  balanceMicros: 10,
  reference: 'Invoice 1',
  toppedUpAt: instant(1),
};
const debitedEvent: WalletDebited = {
  type: 'WalletDebited',
  usageId: 'call-1',
  keyId: 'k1',
  serviceId: 's1',
  model: 'noor',
  quantities: [{ unit: 'images', quantity: 3 }],
  priceVersion: 1,
  amountMicros: 12,
  shortfallMicros: 2,
  balanceMicros: 0,
  debitedAt: instant(2),
};
const opened = recorded('wallet-w1', openedEvent);
const toppedUp = recorded('wallet-w1', toppedUpEvent, { id: 'e2', revision: 2 });
const debited = recorded('wallet-w1', debitedEvent, { id: 'e3', revision: 3 });
const other = recorded('key-w1', keyCreated());

describe('the read model wallets', () => {
  it('has the balance after the last of its events', () => {
    const empty = walletRows.apply(undefined, opened, 'w1', 0);
    expect(empty).toEqual({
      id: 'w1',
      teamId: 'team-1',
      name: 'Research',
      currency: 'USD',
      balanceMicros: 0,
      openedAt: instant(0),
      revision: 1,
    });
    const full = walletRows.apply(empty, toppedUp, 'w1', 1);
    expect(full).toEqual({ ...empty, balanceMicros: 10, revision: 2 });
    expect(walletRows.apply(full, debited, 'w1', 2)).toEqual({ ...empty, revision: 3 });
  });

  it('is about wallets only', () => {
    expect(walletRows.keysOf(other)).toEqual([]);
    expect(walletRows.apply(undefined, other, 'w1', 0)).toBeUndefined();
    expect(walletRows.keysOf(debited)).toEqual(['w1']);
  });
});

describe('the ledger', () => {
  it('has an entry for what was put in', () => {
    expect(walletEntries.apply(undefined, toppedUp, 'e2', 0)).toEqual({
      id: 'e2',
      walletId: 'w1',
      revision: 2,
      type: 'top_up',
      amountMicros: 10,
      shortfallMicros: 0,
      balanceMicros: 10,
      reference: 'Invoice 1',
      usageId: null,
      keyId: null,
      serviceId: null,
      model: null,
      quantities: null,
      priceVersion: null,
      occurredAt: null,
      at: instant(1),
    });
  });

  it('has an entry for what was taken', () => {
    const entry = walletEntries.apply(undefined, debited, 'e3', 0);
    expect(entry).toEqual({
      id: 'e3',
      walletId: 'w1',
      revision: 3,
      type: 'debit',
      amountMicros: 12,
      shortfallMicros: 2,
      balanceMicros: 0,
      reference: null,
      usageId: 'call-1',
      keyId: 'k1',
      serviceId: 's1',
      model: 'noor',
      quantities: [{ unit: 'images', quantity: 3 }],
      priceVersion: 1,
      occurredAt: null,
      at: instant(2),
    });
    const timed = recorded('wallet-w1', { ...debitedEvent, occurredAt: instant(0) });
    expect(walletEntries.apply(undefined, timed, 'e3', 0)).toMatchObject({ occurredAt: instant(0) });
  });

  it('has none for anything else', () => {
    expect([opened, toppedUp, debited, other].map((event) => walletEntries.keysOf(event))).toEqual([
      [],
      ['e2'],
      ['e3'],
      [],
    ]);
  });
});
