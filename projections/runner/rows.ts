import { CompiledQuery, type QueryResult } from 'kysely';
import type { CheckpointDb } from './checkpoint.js';
import type { AnyTable, Relation } from './model.js';
import { columnName, columnsOf, keyFields, type PostgresColumn, qualifiedName } from './tables.js';

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

/** Makes rows, and puts them in the place of those with their keys. */
export async function upsertRows(
  db: CheckpointDb,
  table: AnyTable,
  generation: number,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const others = columnsOf(table).flatMap(({ field, name }) => (field === table.key ? [] : [name]));
  const conflict = `on conflict (${columnName(table.key)})
     do update set ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  await run(db, `${insertion(table, generation)} ${conflict}`, [JSON.stringify(rows)]);
}

/** Makes rows whose keys nobody has. */
export async function insertRows(
  db: CheckpointDb,
  table: Relation,
  generation: number,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  await run(db, insertion(table, generation), [JSON.stringify(rows)]);
}

/** Deletes the rows that have the keys of these. */
export async function deleteRows(
  db: CheckpointDb,
  table: Relation,
  generation: number,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const key = columnsOf(table).filter(({ field }) => keyFields(table).includes(field));
  const matches = key.map(({ name }) => `kept.${name} = gone.${name}`);
  await run(
    db,
    `delete from ${qualifiedName(table, generation)} as kept using (${given(key)}) as gone
     where ${matches.join(' and ')}`,
    [JSON.stringify(rows)],
  );
}

function insertion(table: Relation, generation: number): string {
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  return `insert into ${qualifiedName(table, generation)} (${names}) ${given(columns)}`;
}

/** One parameter, however many rows: Postgres takes them apart from JSON by field name. */
function given(columns: readonly PostgresColumn[]): string {
  const names = columns.map(({ field, name }) => `"${field}" as ${name}`).join(', ');
  const types = columns.map(({ field, type }) => `"${field}" ${type}`).join(', ');
  return `select ${names} from json_to_recordset($1::json) as given(${types})`;
}

async function run(
  db: CheckpointDb,
  statement: string,
  parameters: readonly unknown[],
): Promise<QueryResult<Record<string, unknown>>> {
  return db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(statement, [...parameters]));
}
