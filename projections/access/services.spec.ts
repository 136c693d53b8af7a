import type { Recorded } from '../../src/domain/recorded.js';
import type { ServiceEvent } from '../../src/domain/service/events.js';
import type { WalletEvent } from '../../src/domain/wallet/events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { type ServiceAccess, serviceAccess } from './services.js';
import { type WalletAccess, walletAccess } from './wallets.js';

const historyOf = (stream: string, events: readonly (ServiceEvent | WalletEvent)[]): Recorded[] =>
  events.map((event, n) => recorded(stream, event, { revision: n + 1 }));

describe('what verification knows of a service', () => {
  const registered: ServiceEvent = {
    type: 'ServiceRegistered',
    serviceId: 's1',
    name: 'Chat',
    free: true,
    currency: 'USD',
    billingPolicies: ['free'],
    registeredAt: instant(0),
  };
  const priced: ServiceEvent = {
    type: 'ServicePriced',
    priceVersion: 1,
    models: ['m1', 'm2'],
    prices: [],
    pricedAt: instant(0),
  };
  const retired: ServiceEvent = { type: 'ServiceRetired', retiredAt: instant(1) };
  const after = (...events: readonly ServiceEvent[]) =>
    historyOf('service-s1', events).reduce<ServiceAccess | undefined>(
      (row, one) => serviceAccess.apply(row, one, 's1', 0),
      undefined,
    );

  it('is its models, whether free keys have it, and whether it is retired', () => {
    const row = { serviceId: 's1', isFree: true, models: ['m1', 'm2'], isRetired: false, revision: 2 };
    expect(after(registered, priced)).toEqual(row);
    expect(after(registered, priced, { ...priced, models: ['m3'] })).toMatchObject({ models: ['m3'] });
    expect(after(registered, priced, retired)).toEqual({ ...row, isRetired: true, revision: 3 });
  });

  it('is found by the stream of its events, and by no others', () => {
    expect(serviceAccess.keysOf(recorded('service-s1', retired))).toEqual(['s1']);
    expect(serviceAccess.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });
});

describe('what verification knows of a wallet', () => {
  const opened: WalletEvent = {
    type: 'WalletOpened',
    walletId: 'w1',
    teamId: 't1',
    name: 'Research',
    currency: 'USD',
    openedAt: instant(0),
  };
  const toppedUp = (balanceMicros: number): WalletEvent => ({
    type: 'WalletToppedUp',
    amountMicros: 5,
    balanceMicros,
    reference: 'Invoice 1',
    toppedUpAt: instant(1),
  });
  const debited = (balanceMicros: number): WalletEvent => ({
    type: 'WalletDebited',
    usageId: 'call-1',
    keyId: 'k1',
    serviceId: 's1',
    model: 'm1',
    quantities: [],
    priceVersion: 1,
    amountMicros: 3,
    shortfallMicros: 0,
    balanceMicros,
    debitedAt: instant(2),
  });

  it('is whether anything is in it; the row changes with that alone', () => {
    const events = [opened, toppedUp(5), debited(2), debited(1), debited(0), debited(0), toppedUp(5)];
    const rows: (WalletAccess | undefined)[] = [];
    for (const one of historyOf('wallet-w1', events)) {
      rows.push(walletAccess.apply(rows.at(-1), one, 'w1', 0));
    }
    const has = rows.map((row) => row?.hasFunds);
    expect(has).toEqual([false, true, true, true, false, false, true]);
    expect(rows.map((row) => row?.revision)).toEqual([1, 2, 2, 2, 5, 5, 7]);
    expect(rows[3]).toBe(rows[1]);
  });

  it('is found by the stream of its events, and by no others', () => {
    expect(walletAccess.keysOf(recorded('wallet-w1', debited(0)))).toEqual(['w1']);
    expect(walletAccess.keysOf(recorded('key-k1', keyCreated()))).toEqual([]);
  });
});
