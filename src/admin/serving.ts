import { type Kysely, sql } from 'kysely';

/** As `projections/runner/locks.ts` calls it. */
const locksConnectionName = 'compass-read-model-locks';

/** How many processes serve from a database: each has one connection for the locks of its read models, and keeps it. */
export async function countServing(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where application_name = ${locksConnectionName} and datname = current_database()`.execute(db);
  return rows[0]?.count ?? 0;
}
