import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { eventually } from '../../test/support/eventually.js';
import { connectAhead, createKysely, createPool } from './postgres.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

function openPool(): ReturnType<typeof createPool> {
  return createPool(database.url, { applicationName: 'spec', max: 2 });
}

test('int8 is a bigint and timestamptz an instant with milliseconds, in any time zone', async () => {
  const pool = openPool();
  const client = await pool.connect();
  await client.query(`set time zone 'Asia/Kathmandu'`);
  const { rows } = await client.query(
    `select 9007199254740993::int8 as big, '2026-11-21T10:00:00Z'::timestamptz as at,
            '2026-11-21T10:00:00.123999Z'::timestamptz as precisely`,
  );
  expect(rows).toEqual([
    { big: 9007199254740993n, at: '2026-11-21T10:00:00.000Z', precisely: '2026-11-21T10:00:00.123Z' },
  ]);
  client.release();
  await pool.end();
});

test('a builder speaks camelCase and leaves the names inside jsonb alone', async () => {
  const db = createKysely<{ libraryBooks: { shelfNumber: number; details: unknown } }>(openPool());
  await db.schema
    .createTable('libraryBooks')
    .addColumn('shelfNumber', 'integer')
    .addColumn('details', 'jsonb')
    .execute();
  await db
    .insertInto('libraryBooks')
    .values({ shelfNumber: 1, details: { first_edition: true } })
    .execute();
  const book = await db.selectFrom('libraryBooks').selectAll().executeTakeFirst();
  expect(book).toEqual({ shelfNumber: 1, details: { first_edition: true } });
  await db.destroy();
});

test('a connection that the server ends, idle or lent, is reported and replaced', async () => {
  let report: (error: Error) => void = () => undefined;
  const pool = createPool(database.url, { applicationName: 'victim', onError: (error) => report(error) });
  const other = openPool();
  for (const isLent of [false, true]) {
    const client = await pool.connect();
    if (!isLent) client.release();
    const reported = new Promise((resolve) => (report = resolve));
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'`,
    );
    await expect(reported).resolves.toMatchObject({ code: '57P01' });
    if (isLent) client.release();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  }
  await Promise.all([pool.end(), other.end()]);
});

test('connections are there before they are asked for, and where they fail whoever asks hears of it', async () => {
  const pool = openPool();
  connectAhead(pool, pool);
  await eventually('two connections', () => pool.idleCount === 2 || undefined);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  expect(pool.totalCount).toBe(2);
  await pool.end();

  const nowhere = createPool('postgres://127.0.0.1:1/none', { applicationName: 'spec' });
  connectAhead(nowhere);
  await eventually('no connection', () => nowhere.totalCount === 0 || undefined);
  await expect(nowhere.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await nowhere.end();
});

test('statements, locks and pauses inside a transaction have limits', async () => {
  const pool = openPool();
  const { rows } = await pool.query(
    `select name, setting from pg_settings
     where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`,
  );
  expect(rows).toEqual([
    { name: 'idle_in_transaction_session_timeout', setting: '30000' },
    { name: 'lock_timeout', setting: '10000' },
    { name: 'statement_timeout', setting: '30000' },
  ]);
  await pool.end();
});
