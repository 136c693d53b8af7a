import { type RawBuilder, sql } from 'kysely';
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
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.raw(columns.join(', '))} from ${sql.raw(qualifiedName(table, generation))}
    where ${sql.raw(columnName(table.key))} = any(${keys})`.execute(db);
  return new Map(rows.map((row) => [String(row[table.key]), withoutBigints(row)]));
}

/** Rows hold JSON values; counts stay far below 2^53. */
function withoutBigints(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}

/** Rows as one value of JSON, in SQL: one parameter, however many they are. */
export type RowsInSql = RawBuilder<unknown>;

export const asJson = (rows: readonly object[]): RowsInSql => sql`${JSON.stringify(rows)}::json`;

/** Makes rows, and puts them in the place of those with their keys. */
export function upsertion(table: AnyTable, generation: number, rows: RowsInSql): RawBuilder<unknown> {
  const others = columnsOf(table).flatMap(({ field, name }) => (field === table.key ? [] : [name]));
  const values = others.map((name) => `${name} = excluded.${name}`).join(', ');
  return sql`${insertion(table, generation, rows)}
    on conflict (${sql.raw(columnName(table.key))}) do update set ${sql.raw(values)}`;
}

/** Makes rows whose keys nobody has. */
export function insertion(table: Relation, generation: number, rows: RowsInSql): RawBuilder<unknown> {
  const columns = columnsOf(table);
  const names = columns.map(({ name }) => name).join(', ');
  return sql`insert into ${sql.raw(`${qualifiedName(table, generation)} (${names})`)} ${given(columns, rows)}`;
}

/** Deletes the rows that have the keys of these. */
export function deletion(table: Relation, generation: number, rows: RowsInSql): RawBuilder<unknown> {
  const key = columnsOf(table).filter(({ field }) => keyFields(table).includes(field));
  const matches = key.map(({ name }) => `kept.${name} = gone.${name}`).join(' and ');
  return sql`delete from ${sql.raw(qualifiedName(table, generation))} as kept using (${given(key, rows)}) as gone
    where ${sql.raw(matches)}`;
}

/** Postgres takes rows apart from JSON by field name. */
function given(columns: readonly PostgresColumn[], rows: RowsInSql): RawBuilder<unknown> {
  const names = columns.map(({ field, name }) => `"${field}" as ${name}`).join(', ');
  const types = columns.map(({ field, type }) => `"${field}" ${type}`).join(', ');
  return sql`select ${sql.raw(names)} from json_to_recordset(${rows}) as given(${sql.raw(types)})`;
}
