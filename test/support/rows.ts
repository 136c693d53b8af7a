import { type Kysely, sql } from 'kysely';
import { readSchema } from '../../projections/migrations/index.js';
import type { AnyTable } from '../../projections/runner/model.js';

/** What queries see of a table of the read models, by key. */
export async function rowsOf(readDb: Kysely<unknown>, table: AnyTable): Promise<Map<string, object>> {
  const view = sql.table(`${readSchema}.${table.name}`);
  const { rows } = await sql<Record<string, unknown>>`select * from ${view}`.execute(readDb);
  return new Map(rows.map((row) => [String(row[table.key]), withNumbers(row)]));
}

function withNumbers(row: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}
