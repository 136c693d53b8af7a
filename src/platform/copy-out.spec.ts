import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { copyOut } from './copy-out.js';
import { createPool } from './postgres.js';

let database: TestDatabase;
let pool: pg.Pool;
let client: pg.PoolClient;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { applicationName: 'test', answerTimeoutMilliseconds: 10_000 });
  client = await pool.connect();
});

afterAll(async () => {
  client.release();
  await pool.end();
  await database.drop();
});

const thousands =
  'copy (select n, repeat(chr(33 + n % 90), n % 300) from generate_series(1, 20000) as n) to stdout';

async function rowsOf(statement: string): Promise<string[]> {
  const rows: string[] = [];
  await copyOut(client, statement, (row) => rows.push(row.toString()));
  return rows;
}

it('gives each row by itself, over however many packets they come', async () => {
  const expected = Array.from({ length: 20_000 }, (_, index) => {
    const n = index + 1;
    return `${n}\t${String.fromCharCode(33 + (n % 90)).repeat(n % 300)}\n`.replaceAll('\\', '\\\\');
  });
  expect(await rowsOf(thousands)).toEqual(expected);
  expect(await rowsOf('copy (select 1 where false) to stdout')).toEqual([]);
});

it('says what the database says, also in its midst', async () => {
  await expect(rowsOf('copy nothing to stdout')).rejects.toMatchObject({ code: '42P01' });
  const late = 'copy (select 1 / (15000 - n) from generate_series(1, 20000) as n) to stdout';
  await expect(rowsOf(late)).rejects.toMatchObject({ code: '22012' });
  expect(await rowsOf('copy (select 1) to stdout')).toEqual(['1\n']);
});

it('says what was thrown over a row, gives no more of them, and leaves the connection whole', async () => {
  let given = 0;
  const copied = copyOut(client, thousands, () => {
    given += 1;
    if (given === 3) throw new Error('not this one');
  });
  await expect(copied).rejects.toThrow('not this one');
  expect(given).toBe(3);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
