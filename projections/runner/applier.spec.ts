import { start } from '../../src/event-store/port.js';
import { eventually } from '../../test/support/eventually.js';
import { keyCreated, use } from '../../test/support/projection-events.js';
import { expectParity, type House, openHouse, settle } from '../../test/support/projection-house.js';
import { keysModel } from '../keys/table.js';
import { readModels } from '../models.js';
import { type Applier, createApplier } from './applier.js';
import { liveCheckpoint } from './checkpoint.js';
import { createLiveCheckpoints } from './live-checkpoints.js';
import { rebuild } from './rebuild.js';

let house: House;
beforeEach(async () => {
  house = await openHouse();
  await rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model: keysModel });
});
afterEach(() => house.close());

async function openApplier(): Promise<Applier> {
  return createApplier({ db: house.db, model: keysModel }, createLiveCheckpoints(house.db), (await live())!);
}

function live() {
  return liveCheckpoint(house.db, keysModel.name);
}

/** All that happened, as one batch. */
async function everything() {
  for await (const batch of house.ledger.follow({
    after: start,
    signal: AbortSignal.timeout(5_000),
  })) {
    return batch;
  }
  throw new Error('The log ended.');
}

/** Uses change nothing in the list of keys. */
function useKey() {
  return house.append('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows: [use({ keyId: 'k1' })] });
}

it('tells at once of events that change nothing, and writes that down a little later', async () => {
  const applier = await openApplier();
  const position = await useKey();
  expect(await applier.apply(await everything())).toBe(position);
  await eventually('the stored position', async () => (await live())?.position === position || undefined);
  expect(await live()).toMatchObject({ position, count: 1 });
  await applier.close();
});

it('writes it down with the next event that changes something, and counts all of them', async () => {
  const applier = await openApplier();
  await useKey();
  await applier.apply(await everything());
  await useKey();
  const position = await house.append('key-k1', keyCreated({ keyId: 'k1' }));
  expect(await applier.apply(await everything())).toBe(position);
  expect(await live()).toMatchObject({ position, count: 3 });
  await applier.close();
  await expectParity(house, [keysModel]);
});

it('does nothing more once somebody else has moved the tables', async () => {
  const [first, second] = [await openApplier(), await openApplier()];
  await house.append('key-k1', keyCreated({ keyId: 'k1' }));
  const batch = await everything();
  await first.apply(batch);
  expect(await second.apply(batch)).toBeUndefined();
  await useKey();
  expect(await second.apply(await everything())).toBeUndefined();
  await Promise.all([first.close(), second.close()]);
});

it('loses nothing when it ends before it has written that down', async () => {
  const applier = await openApplier();
  await useKey();
  await applier.apply(await everything());
  await applier.close();
  expect(await live()).toMatchObject({ position: start, count: 0 });
  const runner = house.runner();
  await runner.start();
  await house.append('key-k1', keyCreated({ keyId: 'k1' }));
  await settle(house, runner);
  await expectParity(house, readModels);
  expect(await live()).toMatchObject({ count: 2 });
});
