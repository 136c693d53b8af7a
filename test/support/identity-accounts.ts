import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { type Accounts, createAccounts } from '../../src/identity/accounts.js';
import type { AuthSettings } from '../../src/identity/auth-options.js';
import { accountSchema } from '../../src/identity/database.js';
import { migrations } from '../../src/identity/migrations.js';
import { newId } from '../../src/platform/ids.js';
import { migrate } from '../../src/platform/migrate.js';
import { createPool } from '../../src/platform/postgres.js';
import { createTestDatabase } from './database.js';

export interface TestAccounts {
  readonly accounts: Accounts;
  readonly pool: pg.Pool;
  readonly settings: AuthSettings;
  /** What better-auth said went wrong. */
  readonly reports: string[];
  close(): Promise<void>;
}

/** Accounts on a migrated database of their own, as they are on a loopback installation. */
export async function createTestAccounts(): Promise<TestAccounts> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, { applicationName: 'identity-spec', max: 4 });
  await migrate(pool, { schema: accountSchema, migrations });
  const reports: string[] = [];
  const settings: AuthSettings = {
    secret: randomBytes(32),
    baseUrl: 'http://127.0.0.1:8080',
    secureCookies: false,
    newId,
    report: (message, { name, code }) => reports.push(`${message}: ${name} ${code}`),
  };
  return {
    accounts: await createAccounts({ ...settings, pool }),
    pool,
    settings,
    reports,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** The Cookie header a browser would send after these `Set-Cookie` values. */
export function cookieOf(setCookie: readonly string[]): { cookie: string } {
  return { cookie: setCookie.map((value) => value.slice(0, value.indexOf(';'))).join('; ') };
}
