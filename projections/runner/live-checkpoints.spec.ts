import type { Position } from '../../src/event-store/port.js';
import { type House, openHouse } from '../../test/support/projection-house.js';
import { type Checkpoint, type CheckpointDb, liveCheckpoint, lockLiveCheckpoint } from './checkpoint.js';
import { createLiveCheckpoints, type LiveCheckpoints } from './live-checkpoints.js';

let house: House;
let checkpoints: LiveCheckpoints;
let keys: Checkpoint;
let audit: Checkpoint;
beforeEach(async () => {
  house = await openHouse();
  checkpoints = createLiveCheckpoints(house.db);
  [keys, audit] = await Promise.all([live('keys'), live('audit')]);
});
afterEach(() => house.close());

async function live(model: string): Promise<Checkpoint> {
  return (await liveCheckpoint(house.db, model))!;
}

function at(checkpoint: Checkpoint, position: number): Checkpoint {
  return { ...checkpoint, position: String(position) as Position, count: position };
}

it('are found for all who ask at once, and are absent where there are no tables', async () => {
  const found = await Promise.all(['audit', 'nothing', 'keys', 'audit'].map(checkpoints.find));
  expect(found).toEqual([audit, undefined, keys, audit]);
});

it('move for all who ask at once, each from where it is believed to be', async () => {
  const moved = [checkpoints.move(keys, at(keys, 7)), checkpoints.move(audit, at(audit, 9))];
  expect(await Promise.all(moved)).toEqual([true, true]);
  expect(await live('keys')).toEqual(at(keys, 7));
  expect(await live('audit')).toEqual(at(audit, 9));

  const again = [checkpoints.move(keys, at(keys, 8)), checkpoints.move(at(audit, 9), at(audit, 10))];
  expect(await Promise.all(again)).toEqual([false, true]);
  expect(await live('keys')).toEqual(at(keys, 7));
});

it('do not move in other tables than those they are of', async () => {
  const generation = keys.generation + 1_000;
  expect(await checkpoints.move({ ...keys, generation }, at({ ...keys, generation }, 7))).toBe(false);
  expect(await live('keys')).toEqual(keys);
});

it('do not wait for one that somebody holds', async () => {
  const db: CheckpointDb = house.db;
  await db.transaction().execute(async (transaction) => {
    await lockLiveCheckpoint(transaction, 'keys');
    const moved = [checkpoints.move(keys, at(keys, 7)), checkpoints.move(audit, at(audit, 9))];
    expect(await Promise.all(moved)).toEqual([false, true]);
  });
  expect(await live('keys')).toEqual(keys);
  expect(await checkpoints.move(keys, at(keys, 7))).toBe(true);
});
