import { benchLists } from '../../bench/lists.js';
import { pickFilters } from '../../bench/many-keys.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const databases: TestDatabase[] = [];

afterAll(async () => {
  for (const database of databases) await database.drop();
});

it('fills the tables as they are now, and turns pages by every filter', async () => {
  const told: string[] = [];
  const makeDatabase = async () => {
    const database = await createTestDatabase();
    databases.push(database);
    return database.url;
  };
  const size = { fewKeys: 400, manyKeys: 800, rounds: 1, pagesARound: 10 };
  const row = await benchLists(makeDatabase, (line) => told.push(line), size);
  expect(row.name).toMatch(/^lists at 800 keys beside 400, worst: /);
  expect(row.ratio).toBeCloseTo(row.ours / row.limit);
  expect(told.filter((line) => line.startsWith('Turning'))).toHaveLength(Object.keys(pickFilters).length);
});
