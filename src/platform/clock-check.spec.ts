import type { Kysely } from 'kysely';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { type ClockCheck, createClockCheck } from './clock-check.js';
import { createKysely, createPool } from './postgres.js';

let database: TestDatabase;
let db: Kysely<unknown>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createKysely(createPool(database.url, { applicationName: 'clock-check' }));
});

afterAll(async () => {
  await db.destroy();
  await database.drop();
});

function checkOf(aheadSeconds: () => number): ClockCheck {
  const clock = { now: () => new Date(Date.now() + aheadSeconds() * 1_000) };
  return createClockCheck({ db, clock, warn: () => undefined });
}

describe('the clock of a process', () => {
  it.each([
    [10, true],
    [-10, true],
    [3, false],
    [-3, false],
    [0, false],
  ])('that is %i s ahead of the database: wrong is %s', async (seconds, isWrong) => {
    const check = checkOf(() => seconds);
    await check.measure();
    expect(check.isWrong()).toBe(isWrong);
    expect(Math.abs(check.skewSeconds() - seconds)).toBeLessThan(1.5);
  });

  it('is right again once it has been set right', async () => {
    let ahead = 3_600;
    const check = checkOf(() => ahead);
    await check.measure();
    expect(check.isWrong()).toBe(true);
    ahead = 0;
    await check.measure();
    expect(check.isWrong()).toBe(false);
  });

  it('stays what it was while the database does not answer', async () => {
    const away = createKysely(createPool(database.url, { applicationName: 'clock-check' }));
    const clock = { now: () => new Date(Date.now() + 10_000) };
    const check = createClockCheck({ db: away, clock, warn: () => undefined });
    await check.measure();
    await away.destroy();
    await expect(check.measure()).rejects.toThrow();
    expect(check.isWrong()).toBe(true);
  });
});
