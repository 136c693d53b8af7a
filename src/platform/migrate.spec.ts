import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { DatabaseNewer, migrate } from './migrate.js';
import { createPool } from './postgres.js';

let database: TestDatabase;
let pool: pg.Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { applicationName: 'spec' });
});

afterEach(async () => {
  await pool.end();
  await database.drop();
});

const run = (statement: string): Migration => ({
  up: async (db: Kysely<unknown>) => {
    await sql.raw(statement).execute(db);
  },
});

const first = { '0001_shelves': run('create table house.shelves (id int)') };
const second = { ...first, '0002_books': run('create table house.books (id int)') };

test('creates the schema and applies each migration once, in order', async () => {
  expect(await migrate(pool, { schema: 'house', migrations: first })).toEqual(['0001_shelves']);
  expect(await migrate(pool, { schema: 'house', migrations: second })).toEqual(['0002_books']);
  expect(await migrate(pool, { schema: 'house', migrations: second })).toEqual([]);
});

test('keeps each schema its own history', async () => {
  await migrate(pool, { schema: 'house', migrations: first });
  const garden = { '0001_shelves': run('create table garden.shelves (id int)') };
  expect(await migrate(pool, { schema: 'garden', migrations: garden })).toEqual(['0001_shelves']);
});

test('lets processes that start together take turns', async () => {
  const applied = await Promise.all(
    Array.from({ length: 8 }, () => migrate(pool, { schema: 'house', migrations: second })),
  );
  expect(applied.flat().sort()).toEqual(['0001_shelves', '0002_books']);
});

test('applies nothing when one migration fails', async () => {
  const broken = { ...first, '0002_books': run('create table nowhere.books (id int)') };
  await expect(migrate(pool, { schema: 'house', migrations: broken })).rejects.toThrow(
    'schema "nowhere" does not exist',
  );
  const { rows } = await pool.query(`select to_regclass('house.shelves') as shelves`);
  expect(rows).toEqual([{ shelves: null }]);
});

test('refuses a database of a newer version and changes nothing', async () => {
  await migrate(pool, { schema: 'house', migrations: second });
  const older = migrate(pool, { schema: 'house', migrations: first });
  await expect(older).rejects.toThrow(DatabaseNewer);
  await expect(older).rejects.toThrow('its schema "house" has 0002_books, which this version does not know');
});
