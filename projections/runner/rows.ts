import { CompiledQuery, type QueryResult } from 'kysely';
import type { CheckpointDb } from './checkpoint.js';
import type { AnyTable } from './model.js';
import { columnName, columnsOf, qualifiedName } from './tables.js';

/** Rows with these keys as `apply` made them, by key. */
export async function loadRows(
  db: CheckpointDb,
  table: AnyTable,
  generation: number,
  keys: readonly string[],
): Promise<Map<string, object>> {
  const columns = columnsOf(table).map(({ name, field }) => `${name} as "${field}"`);
  const { rows } = await run(
    db,
    `select ${columns.join(', ')} from ${qualifiedName(table, generation)}
     where ${columnName(table.key)} = any($1)`,
    [keys],
  );
  return new Map(rows.map((row) => [String(row[table.key]), withoutBigints(row)]));
}

/** Rows hold JSON values; counts stay far below 2^53. */
function withoutBigints(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** One statement with one parameter, however many rows: Postgres takes them apart from JSON by field name. */
export async function upsertRows(
  db: CheckpointDb,
  table: AnyTable,
  generation: number,
  rows: readonly object[],
): Promise<void> {
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  const fields = columns.map(({ field }) => `"${field}"`).join(', ');
  const types = columns.map(({ field, type }) => `"${field}" ${type}`).join(', ');
  const others = columns.filter(({ field }) => field !== table.key).map(({ name }) => name);
  await run(
    db,
    `insert into ${qualifiedName(table, generation)} (${names})
     select ${fields} from json_to_recordset($1::json) as given(${types})
     on conflict (${columnName(table.key)})
     do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [JSON.stringify(rows)],
  );
}

export async function deleteRows(
  db: CheckpointDb,
  table: AnyTable,
  generation: number,
  keys: readonly string[],
): Promise<void> {
  await run(db, `delete from ${qualifiedName(table, generation)} where ${columnName(table.key)} = any($1)`, [
    keys,
  ]);
}

async function run(
  db: CheckpointDb,
  statement: string,
  parameters: readonly unknown[],
): Promise<QueryResult<Record<string, unknown>>> {
  return db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(statement, [...parameters]));
}
