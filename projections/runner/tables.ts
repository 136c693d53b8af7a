import { sql } from 'kysely';
import { readSchema } from '../migrations/index.js';
import type { CheckpointDb } from './checkpoint.js';
import { type ReadModel, type Relation, relationsOf, tableOfGeneration } from './model.js';

/** Ids compare by their bytes, whatever language the database speaks: faster, and the same everywhere. */
const postgresTypes: Readonly<Record<string, string>> = {
  id: 'text collate "C"',
  text: 'text',
  texts: 'text[]',
  instant: 'timestamptz',
  integer: 'integer',
  count: 'bigint',
  boolean: 'boolean',
  json: 'jsonb',
};

export interface PostgresColumn {
  /** As in the row. */
  readonly field: string;
  /** As in the database, quoted. */
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** Asked for with every batch. */
const known = new WeakMap<Relation, readonly PostgresColumn[]>();

export function columnsOf(table: Relation): readonly PostgresColumn[] {
  const columns = known.get(table) ?? readColumns(table);
  known.set(table, columns);
  return columns;
}

function readColumns(table: Relation): PostgresColumn[] {
  return Object.entries(table.columns).map(([field, column]) => {
    const [kind = '', nullable] = column.split(' | ');
    return {
      field,
      name: columnName(field),
      type: postgresTypes[kind] ?? kind,
      nullable: nullable === 'null',
    };
  });
}

export function columnName(field: string): string {
  return `"${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}"`;
}

export function keyFields({ key }: Relation): string[] {
  return [key].flat();
}

export function qualifiedName(table: Relation, generation: number): string {
  return `${readSchema}.${tableOfGeneration(table.name, generation)}`;
}

export async function createTables(db: CheckpointDb, model: ReadModel, generation: number): Promise<void> {
  for (const table of relationsOf(model)) {
    const columns = columnsOf(table).map(
      ({ name, type, nullable }) => `${name} ${type}${nullable ? '' : ' not null'}`,
    );
    const key = `primary key (${keyFields(table).map(columnName).join(', ')})`;
    await run(db, `create table ${qualifiedName(table, generation)} (${[...columns, key].join(', ')})`);
  }
}

/**
 * Points the stable names at a generation. They are plain views, which Postgres replaces by their table
 * while it plans, so indexes are used as ever; and a query that names one waits out the switch, so it sees
 * the old tables or the new, never a mixture.
 */
export async function pointViews(db: CheckpointDb, model: ReadModel, generation: number): Promise<void> {
  for (const table of relationsOf(model)) {
    const view = `${readSchema}.${table.name}`;
    await run(db, `drop view if exists ${view}`);
    await run(db, `create view ${view} as select * from ${qualifiedName(table, generation)}`);
  }
}

/**
 * Drops all tables of a generation, whichever the code that made them called them, and with them views of
 * tables that the model no longer has.
 */
export async function dropTables(db: CheckpointDb, generation: number): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = ${readSchema} and tablename like ${`%\\_v${generation}`}`.execute(db);
  for (const { name } of rows) await run(db, `drop table ${name} cascade`);
}

async function run(db: CheckpointDb, statement: string): Promise<void> {
  await sql.raw(statement).execute(db);
}
