import { Kysely, type KyselyPlugin, PostgresDialect } from 'kysely';
import type pg from 'pg';

/** The schema of Postgres that holds accounts. They are no projection of the log, and not part of it. */
export const accountSchema = 'accounts';

/** The columns that our own queries name; better-auth knows the others. */
export interface AccountTables {
  users: { id: string; email: string; name: string };
  sessions: { id: string; user_id: string; expires_at: Date };
}

/** The accounts as better-auth wants to see them: columns by their own names, instants as `Date`. */
export function accountDatabase(pool: pg.Pool): Kysely<AccountTables> {
  return new Kysely<AccountTables>({ dialect: new PostgresDialect({ pool }), plugins: [instantsAsDates] });
}

// Our pools read instants as text. better-auth compares them with `Date`s, and a text is never before a
// `Date`: without this, no session would ever expire.
const instantsAsDates: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  transformResult: async ({ result }) => ({ ...result, rows: result.rows.map(withDates) }),
};

function withDates(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([column, value]) => [
    column,
    column.endsWith('_at') && typeof value === 'string' ? new Date(value) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
