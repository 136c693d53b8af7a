import { getMigrations } from 'better-auth/db/migration';
import { createTestAccounts, type TestAccounts } from '../../test/support/identity-accounts.js';
import { authOptions } from './auth-options.js';
import { accountDatabase } from './database.js';

let test: TestAccounts;

beforeAll(async () => {
  test = await createTestAccounts();
});

afterAll(() => test.close());

describe('our tables', () => {
  it('are what better-auth would have made itself', async () => {
    const warnings: string[] = [];
    const options = {
      ...authOptions(accountDatabase(test.pool), test.settings),
      logger: {
        level: 'warn' as const,
        log: (_level: string, message: string) => void warnings.push(message),
      },
    };
    const plan = await getMigrations(options);
    expect(plan).toMatchObject({ toBeCreated: [], toBeAdded: [], toBeAddedIndexes: [], schemaProblems: [] });
    expect(warnings).toEqual([]);
  });
});
