import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { createKysely, createPool } from './postgres.js';
import { inTurn } from './turn.js';

let database: TestDatabase;
const open = () => createKysely<unknown>(createPool(database.url, { applicationName: 'turn-spec' }));

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('one at a time does the work; whoever comes meanwhile does not wait', async () => {
  const [one, other] = [open(), open()];
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const first = inTurn(one, 'work', async () => {
    begun.resolve();
    await finish.promise;
    return 'first';
  });
  await begun.promise;
  expect(await inTurn(other, 'work', async () => 'second')).toBeUndefined();
  expect(await inTurn(other, 'other work', async () => 'third')).toBe('third');
  finish.resolve();
  expect(await first).toBe('first');
  expect(await inTurn(other, 'work', async () => 'fourth')).toBe('fourth');
  await Promise.all([one.destroy(), other.destroy()]);
});

test('work that fails gives its turn back, and says why', async () => {
  const db = open();
  await expect(inTurn(db, 'work', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await inTurn(db, 'work', async () => 'again')).toBe('again');
  await db.destroy();
});

test('the turn of a process that died is free', async () => {
  const [one, other] = [open(), open()];
  const begun = Promise.withResolvers<void>();
  const dead = inTurn(one, 'work', () => {
    begun.resolve();
    return new Promise<never>(() => undefined);
  });
  void dead.catch(() => undefined);
  await begun.promise;
  const killer = createPool(database.url, { applicationName: 'turn-spec-killer', max: 1 });
  const { rows } = await killer.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'turn-spec' and state = 'idle in transaction'`,
  );
  expect(rows).toHaveLength(1);
  expect(await inTurn(other, 'work', async () => 'mine')).toBe('mine');
  await killer.end();
  await other.destroy();
});
