import { once } from 'node:events';
import { sql } from 'kysely';
import { type House, openHouse } from '../../test/support/projection-house.js';
import { createLocks, type Locks } from './locks.js';

let house: House;
const opened: Locks[] = [];

beforeAll(async () => {
  house = await openHouse();
});
afterEach(() => Promise.all(opened.splice(0).map((locks) => locks.close())));
afterAll(() => house.close());

/** Locks as of one more process. */
function open(): Locks {
  const locks = createLocks(house.url);
  opened.push(locks);
  return locks;
}

async function breakConnections(): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'compass-read-model-locks'`.execute(house.db);
}

describe('locks', () => {
  it('are held by one process at a time, and once in it', async () => {
    const [one, other] = [open(), open()];
    const hold = await one.tryAcquire('a');
    expect(hold?.lost.aborted).toBe(false);
    expect(await other.tryAcquire('a')).toBeUndefined();
    expect(await one.tryAcquire('a')).toBeUndefined();
    expect(await other.tryAcquire('b')).toBeDefined();
    await hold?.release();
    expect(await other.tryAcquire('a')).toBeDefined();
  });

  it('are free when their process goes', async () => {
    const [one, other] = [open(), open()];
    await one.tryAcquire('a');
    await one.close();
    expect(await other.tryAcquire('a')).toBeDefined();
  });

  it('tell their holder that the connection broke, and can be had again on a new one', async () => {
    const locks = open();
    const first = await locks.tryAcquire('a');
    const told = once(first!.lost, 'abort');
    await breakConnections();
    await told;
    const second = await locks.tryAcquire('a');
    // What a holder gives back late is not what somebody holds now.
    await first!.release();
    expect(await open().tryAcquire('a')).toBeUndefined();
    expect(second?.lost.aborted).toBe(false);
  });
});
