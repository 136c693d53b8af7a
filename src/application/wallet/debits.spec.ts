import type { Runner } from '../../../projections/runner/runner.js';
import { walletLedger } from '../../../projections/wallets/queries.js';
import { walletsModel } from '../../../projections/wallets/table.js';
import { partsOf } from '../../../test/support/parts.js';
import { metadata } from '../../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../../test/support/projection-house.js';
import type { PricedUsage } from '../../domain/wallet/commands.js';
import { type WalletEvent, walletStream } from '../../domain/wallet/events.js';
import type { Ledger } from '../../event-store/ledger.js';
import { OutcomeUnknown, StoreUnavailable } from '../../event-store/port.js';
import { systemClock } from '../../platform/clock.js';
import { newId } from '../../platform/ids.js';
import { createExecutor } from '../execute.js';
import { ReadModelsBehind } from '../parts.js';
import { createDebits } from './debits.js';

const at = '2026-11-21T00:00:00.000Z';
const teamId = newId();
const broughtMicros = 1_000_000;

let house: House;
let runner: Runner;
/** A ledger that never hears of anything. */
let deaf: House;
let walletId: string;

beforeAll(async () => {
  [house, deaf] = await Promise.all([openHouse(), openHouse()]);
  runner = house.runner({ models: [walletsModel] });
  await Promise.all([runner.start(), deaf.runner({ models: [walletsModel] }).start()]);
});
afterAll(() => Promise.all([house.close(), deaf.close()]));

beforeEach(async () => {
  walletId = newId();
  await house.append(walletStream(walletId), {
    type: 'WalletOpened',
    walletId,
    teamId,
    name: 'Research',
    currency: 'USD',
    openedAt: at,
  });
  await house.append(walletStream(walletId), {
    type: 'WalletToppedUp',
    amountMicros: broughtMicros,
    balanceMicros: broughtMicros,
    reference: 'Invoice 1',
    toppedUpAt: at,
  });
});

/** A process of its own on the one log, with nothing in memory yet. */
function process({ ledger = house.ledger, readDb = house.db, deadlineMilliseconds = 5_000 } = {}) {
  const executor = createExecutor({ ledger, clock: systemClock, newId, deadlineMilliseconds });
  const debit = createDebits(partsOf({ ledger, db: readDb }, { executor }));
  return (usageId: string, amountMicros = 3, changes: Partial<PricedUsage> = {}) =>
    debit(walletId, {
      usage: { ...usageOf(usageId, amountMicros), ...changes },
      context: contextOf(usageId),
    });
}

function usageOf(usageId: string, amountMicros: number): PricedUsage {
  return {
    usageId,
    keyId: 'k1',
    serviceId: 's1',
    model: 'noor',
    quantities: [{ unit: 'images', quantity: amountMicros }],
    priceVersion: 1,
    amountMicros,
  };
}

const contextOf = (usageId: string) => ({
  commandId: newId(),
  correlationId: `request of ${usageId}`,
  actor: { type: 'key', id: `meter of ${usageId}` } as const,
  teamId,
});

/** The log as a process finds it that dies, or is cut off, when it appends. */
function failing(how: 'before' | 'after', error: Error): Ledger {
  return {
    ...house.ledger,
    async append(...args) {
      if (how === 'after') await house.ledger.append(...args);
      throw error;
    },
  };
}

async function events(): Promise<WalletEvent[]> {
  const all: WalletEvent[] = [];
  for await (const { event } of house.ledger.readStream(walletStream(walletId)))
    all.push(event as WalletEvent);
  return all;
}

const debitedIds = async () =>
  (await events()).flatMap((event) => (event.type === 'WalletDebited' ? [event.usageId] : []));

describe('debiting usages', () => {
  it('answers what was taken, and the same for a repeat, in this process and another', async () => {
    const first = process();
    const debit = { amountMicros: 3, shortfallMicros: 0, balanceMicros: broughtMicros - 3 };
    expect(await first('call-1')).toMatchObject({ ok: true, value: { debit, isNew: true } });
    await first('call-2');
    const repeat = { ok: true, value: { debit, isNew: false } };
    expect(await first('call-1')).toMatchObject(repeat);
    expect(await process()('call-1')).toMatchObject(repeat);
    expect(await debitedIds()).toEqual(['call-1', 'call-2']);
  });

  it('answers one of those who report the same at once that it is new', async () => {
    const debit = process();
    const answers = await Promise.all(['call-1', 'call-2', 'call-2', 'call-1'].map((id) => debit(id)));
    const areNew = answers.map((answer) => answer.ok && answer.value.isNew);
    expect(areNew).toEqual([true, true, false, false]);
  });

  it('refuses another usage under the same id, before, among and after', async () => {
    const debit = process();
    const refusal = { ok: false, refusal: { code: 'usage.different', field: 'usageId' } };
    const [one, other] = await Promise.all([debit('call-1'), debit('call-1', 3, { model: 'jais-30b' })]);
    expect(one).toMatchObject({ ok: true });
    expect(other).toEqual(refusal);
    expect(await debit('call-1', 4)).toEqual(refusal);
    expect(await debit('call-1', 3, { occurredAt: at })).toEqual(refusal);
    expect(await debitedIds()).toEqual(['call-1']);
  });

  it('keeps to the first price, whatever the price is by now', async () => {
    const debit = process();
    await debit('call-1');
    const quantities = usageOf('call-1', 3).quantities;
    const repeat = await debit('call-1', 9, { quantities, priceVersion: 2 });
    expect(repeat).toMatchObject({ ok: true, value: { debit: { amountMicros: 3 } } });
  });

  it('takes what is there, and tells what is not', async () => {
    const debit = process();
    expect(await debit('call-1', broughtMicros + 5)).toMatchObject({
      value: { debit: { amountMicros: broughtMicros + 5, shortfallMicros: 5, balanceMicros: 0 } },
    });
    expect(await debit('call-2')).toMatchObject({
      value: { debit: { shortfallMicros: 3, balanceMicros: 0 } },
    });
  });

  it('keeps for each whose request it was, though many are appended at once', async () => {
    const debit = process();
    await Promise.all(['call-1', 'call-2', 'call-3'].map((usageId) => debit(usageId)));
    for await (const { event, metadata } of house.ledger.readStream(walletStream(walletId))) {
      if (event.type !== 'WalletDebited') continue;
      const { correlationId, actor } = contextOf(event.usageId);
      expect(metadata).toMatchObject({ correlationId, actor });
    }
  });

  it('by 10,000 at once, half of them repeats, in two processes is exact', async () => {
    const debits = [process(), process()] as const;
    const count = 5_000;
    const calls = Array.from({ length: 2 * count }, (_, n) => ({
      usageId: `call-${(n * 7_919) % count}`,
      debit: debits[n % 2]!,
    }));
    const answers = await Promise.all(calls.map(({ usageId, debit }) => debit(usageId)));
    expect(answers.filter(({ ok }) => !ok)).toEqual([]);
    const ids = await debitedIds();
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
    const last = (await events()).at(-1);
    expect(last).toMatchObject({ balanceMicros: broughtMicros - 3 * count });
    await settle(house, runner);
    const entries = await walletLedger(house.db, { walletId, limit: 2 * count });
    const sum = entries.reduce(
      (total, { type, amountMicros }) => total + (type === 'top_up' ? amountMicros : -amountMicros),
      0,
    );
    expect(sum).toBe(broughtMicros - 3 * count);
  });
});

describe('a process that debits', () => {
  const killed = new Error('killed');

  it.each(['before', 'after'] as const)('and dies %s its append is repeated by another', async (how) => {
    const dying = process({ ledger: failing(how, killed) });
    await Promise.all(['call-1', 'call-2'].map((id) => expect(dying(id)).rejects.toThrow(killed)));
    const next = process();
    for (const id of ['call-1', 'call-2']) expect(await next(id)).toMatchObject({ ok: true });
    expect(await debitedIds()).toEqual(['call-1', 'call-2']);
  });

  it('and does not learn whether its append was stored debits once, by itself or when it is asked again', async () => {
    const ledger = failing('after', new OutcomeUnknown('cut off'));
    const cutOff = process({ ledger, deadlineMilliseconds: 300 });
    await expect(cutOff('call-1')).rejects.toThrow(OutcomeUnknown);
    await expect(cutOff('call-1')).resolves.toMatchObject({ ok: true });
    expect(await debitedIds()).toEqual(['call-1']);
  });

  it('reads in the stream what the ledger does not tell yet', async () => {
    await process()('call-1');
    const debit = process({ readDb: deaf.db });
    expect(await debit('call-1')).toMatchObject({ ok: true, value: { isNew: false } });
    expect(await debit('call-2')).toMatchObject({ ok: true, value: { isNew: true } });
    expect(await debitedIds()).toEqual(['call-1', 'call-2']);
  });

  it('debits nothing while the ledger is too far behind, and goes on when it is not', async () => {
    const event: WalletEvent = {
      type: 'WalletToppedUp',
      amountMicros: 0,
      balanceMicros: broughtMicros,
      reference: 'Nothing',
      toppedUpAt: at,
    };
    for (let revision = 2; revision < 10_000; revision += 999) {
      const events = Array.from({ length: 999 }, () => ({ id: newId(), event, metadata: metadata() }));
      await house.ledger.append(walletStream(walletId), revision, events);
    }
    await expect(process({ readDb: deaf.db })('call-1')).rejects.toThrow(ReadModelsBehind);
    expect(await debitedIds()).toEqual([]);
    await settle(house, runner);
    expect(await process()('call-1')).toMatchObject({ ok: true });
  });

  it('takes so many at once and no more', async () => {
    const debit = process();
    // The first is under way at once, and 20,000 wait.
    const all = Array.from({ length: 20_003 }, (_, n) => debit(`call-${n % 10}`));
    const settled = await Promise.allSettled(all);
    const refused = settled.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    for (const one of refused) {
      expect(one).toMatchObject({ reason: expect.any(StoreUnavailable) });
    }
    expect(new Set(await debitedIds()).size).toBe(10);
  });
});
