import pg from 'pg';
import { createTestDatabase } from './database.js';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

test('copies of a template are prepared once and independent of each other', async () => {
  let prepared = 0;
  const shelf = {
    template: 'shelf',
    prepare: async (url: string) => {
      prepared++;
      await query(url, 'create table books (title text)');
    },
  };
  const [one, other] = await Promise.all([createTestDatabase(shelf), createTestDatabase(shelf)]);
  await query(one.url, `insert into books values ('Emma')`);
  expect(await query(one.url, 'select title from books')).toEqual([{ title: 'Emma' }]);
  expect(await query(other.url, 'select title from books')).toEqual([]);
  expect(prepared).toBe(1);
  await Promise.all([one.drop(), other.drop()]);
});

test('a dropped database is gone, whoever was connected', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  const broken = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await database.drop();
  await expect(broken).resolves.toMatchObject({ code: '57P01' });
  await expect(query(database.url, 'select 1')).rejects.toMatchObject({ code: '3D000' });
});

test('the server is as durable as the one of the product', async () => {
  const database = await createTestDatabase();
  expect(await query(database.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
  expect(await query(database.url, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
  await database.drop();
});
