import type { WalletDebited } from '../../src/domain/wallet/events.js';
import { instant } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { debitsOfUsages, listWallets, walletLedger } from './queries.js';
import { type WalletRow, walletsModel } from './table.js';

const most = Number.MAX_SAFE_INTEGER;

let house: House;

function debited(usageId: string, second: number): WalletDebited {
  return {
    type: 'WalletDebited',
    usageId,
    keyId: 'k1',
    serviceId: 's1',
    model: 'noor',
    quantities: [{ unit: 'images', quantity: second }],
    occurredAt: instant(second),
    priceVersion: 1,
    amountMicros: 1,
    shortfallMicros: 0,
    balanceMicros: most - second,
    debitedAt: instant(second),
  };
}

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [walletsModel] });
  await runner.start();
  // Three at once, of two teams.
  for (let n = 0; n < 12; n++) {
    const walletId = `w${String((n * 7) % 12).padStart(2, '0')}`;
    await house.append(`wallet-${walletId}`, {
      type: 'WalletOpened',
      walletId,
      teamId: n % 4 === 0 ? 'team-2' : 'team-1',
      name: `Wallet ${n}`,
      currency: 'USD',
      openedAt: instant(Math.floor(n / 3)),
    });
  }
  for (const id of ['w00', 'w01']) {
    await house.append(`wallet-${id}`, {
      type: 'WalletToppedUp',
      amountMicros: most,
      balanceMicros: most,
      reference: 'Invoice 1',
      toppedUpAt: instant(0),
    });
    for (const n of [1, 2, 3]) await house.append(`wallet-${id}`, debited(`call-${n}`, n));
  }
  await house.append('wallet-w01', debited('call-4', 4));
  await settle(house, runner);
});
afterAll(() => house.close());

describe('the wallets of a team', () => {
  const list = (limit: number, after?: WalletRow) =>
    listWallets(house.db, { teamId: 'team-1', limit, ...(after && { after }) });

  it('come newest first, and in one order however many were opened at once', async () => {
    const all = await list(200);
    const newestFirst = all.toSorted((a, b) => (`${a.openedAt} ${a.id}` < `${b.openedAt} ${b.id}` ? 1 : -1));
    expect(all).toEqual(newestFirst);
    expect(all).toHaveLength(9);
  });

  it.each([1, 2, 4, 9])('are all there, once, in pages of %i', async (limit) => {
    const seen: WalletRow[] = [];
    for (;;) {
      const page = await list(limit, seen.at(-1));
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(seen).toEqual(await list(200));
  });

  it('have exact balances', async () => {
    const found = (await list(200)).find(({ id }) => id === 'w01');
    expect(found).toMatchObject({ balanceMicros: most - 4, revision: 6 });
  });
});

describe('a ledger', () => {
  it('comes newest first, by pages and by type', async () => {
    const all = await walletLedger(house.db, { walletId: 'w00', limit: 200 });
    expect(all.map(({ revision }) => revision)).toEqual([5, 4, 3, 2]);
    expect(all.at(-1)).toMatchObject({ type: 'top_up', amountMicros: most, balanceMicros: most });
    const page = await walletLedger(house.db, { walletId: 'w00', limit: 2, beforeRevision: 4 });
    expect(page).toEqual(all.slice(2));
    const debits = await walletLedger(house.db, { walletId: 'w00', limit: 200, type: 'debit' });
    expect(debits).toEqual(all.slice(0, 3));
  });
});

describe('the debits of usages', () => {
  it('are those of one wallet, as of its revision', async () => {
    const { revision, debits } = await debitsOfUsages(house.db, 'w00', ['call-1', 'call-3', 'call-4']);
    expect(revision).toBe(5);
    expect(new Set(debits.map(({ usageId }) => usageId))).toEqual(new Set(['call-1', 'call-3']));
    expect(debits.every(({ walletId }) => walletId === 'w00')).toBe(true);
    const ledger = await walletLedger(house.db, { walletId: 'w00', limit: 200 });
    for (const debit of debits) expect(ledger).toContainEqual(debit);
  });

  it('are none where none was debited, of a wallet that is there or not', async () => {
    expect(await debitsOfUsages(house.db, 'w00', ['call-4'])).toEqual({ revision: 5, debits: [] });
    expect(await debitsOfUsages(house.db, 'w00', [])).toEqual({ revision: 5, debits: [] });
    expect(await debitsOfUsages(house.db, 'w99', ['call-1'])).toEqual({ revision: 0, debits: [] });
  });
});
