import pg from 'pg';
import { copyOut } from '../../src/platform/copy-out.js';
import { type CopiedOwn, rowReader, sharingReader } from './copied-rows.js';
import type { ReadModel, Relation, Table } from './model.js';
import { columnsOf, type PostgresColumn, qualifiedName } from './tables.js';

export type { CopiedOwn };

/** Where a snapshot is read. */
export type SnapshotPool = pg.Pool;

/** All rows of a read model as they were at one position of the log. */
export interface Snapshot {
  /** As the port writes positions. */
  readonly position: string;
  /** How many rows a table has, as far as PostgreSQL has counted them lately. */
  countAbout(table: Relation): number;
  /** Gives the rows of a table one by one, in no particular order: so many are never in memory at once. */
  each<Row extends object>(table: Table<Row>, take: (row: Row) => void): Promise<void>;
  /** The same for rows that have much in common, which is not read for each of them. */
  eachSharing<Row extends object, Own extends keyof Row, Shared>(
    table: Table<Row>,
    how: Sharing<Row, Own, Shared>,
  ): Promise<void>;
}

export interface Sharing<Row, Own extends keyof Row, Shared> {
  /** What a row has for itself. */
  readonly own: readonly Own[];
  /** What is to be made of the rest, for all rows that have the same. */
  readonly share: (common: Omit<Row, Own>) => Shared;
  readonly take: (own: CopiedOwn<Pick<Row, Own>>, shared: Shared) => void;
}

/**
 * Reads tables by COPY, while whoever keeps them goes on.
 *
 * They are named by their generation, not by their views: one that was switched meanwhile would show new tables as
 * they were when this snapshot was taken, which is half filled.
 * @param use reads one table after the other
 * @returns what `use` returns; undefined when no tables of this version of the code are there yet
 * @throws when a rebuild dropped the tables at the moment of the first look: start over
 */
export async function readSnapshot<T>(
  pool: SnapshotPool,
  model: ReadModel,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  try {
    const live = await begin(client, model);
    const result = live && (await useGeneration(client, model, live, use));
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // What was being copied is not read to its end: the next query would have to.
    client.release(true);
    throw error;
  }
}

interface Live {
  readonly generation: number;
  readonly position: string;
}

async function begin(client: pg.ClientBase, { name, version }: ReadModel): Promise<Live | undefined> {
  const [live] = await ask<Live>(client, [
    'begin isolation level repeatable read read only',
    // Many rows take as long as they take.
    'set local statement_timeout = 0',
    `select generation, position from read.checkpoints
     where model = ${pg.escapeLiteral(name)} and version = ${version} and live`,
  ]);
  return live;
}

/**
 * Several statements as one message, for each exchange keeps a start waiting.
 * @returns the rows of the last
 */
async function ask<Row>(client: pg.ClientBase, statements: readonly string[]): Promise<readonly Row[]> {
  const results = (await client.query(statements.join(';'))) as unknown as pg.QueryResult[];
  return results.at(-1)?.rows as Row[];
}

interface Size {
  readonly name: string;
  readonly countAbout: number;
  /** What is visible in the snapshot was written before it was taken. */
  readonly isEmpty: boolean;
}

async function useGeneration<T>(
  client: pg.ClientBase,
  { tables }: ReadModel,
  { generation, position }: Live,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const names = tables.map((table) => qualifiedName(table, generation));
  const sizes = await ask<Size>(client, [
    // From here on a rebuild that switches leaves them standing until we are done.
    `lock table ${names.join(', ')} in access share mode`,
    `select name, greatest(reltuples, 0)::float8 as "countAbout", pg_relation_size(oid) = 0 as "isEmpty"
     from unnest(array[${names.map((name) => pg.escapeLiteral(name)).join(', ')}]) as name
     join pg_class on oid = name::regclass`,
  ]);
  const sizeOf = (table: Relation) => sizes.find(({ name }) => name === qualifiedName(table, generation));

  /** @param take is given what stands from the beginning of `bytes` up to `until` */
  async function copyLines(
    table: Relation,
    columns: readonly PostgresColumn[],
    take: (bytes: Buffer, until: number) => void,
  ): Promise<void> {
    if (sizeOf(table)?.isEmpty === true) return;
    const list = columns.map(({ name }) => name).join(', ');
    const copy = `copy ${qualifiedName(table, generation)} (${list}) to stdout`;
    await copyOut(client, copy, (line) => take(line, line.length - 1));
  }

  return use({
    position,
    countAbout: (table) => sizeOf(table)?.countAbout ?? 0,
    async each<Row extends object>(table: Table<Row>, take: (row: Row) => void) {
      const columns = columnsOf(table);
      const read = rowReader(columns);
      await copyLines(table, columns, (line, until) => take(read(line.toString('utf8', 0, until)) as Row));
    },
    async eachSharing<Row extends object, Own extends keyof Row, Shared>(
      table: Table<Row>,
      { own: fields, share, take }: Sharing<Row, Own, Shared>,
    ) {
      const columns = columnsOf(table);
      const own = fields.flatMap((name) => columns.filter(({ field }) => field === name));
      const common = columns.filter((column) => !own.includes(column));
      const read = sharingReader(own, common, (rest) => share(rest as Omit<Row, Own>));
      await copyLines(table, [...own, ...common], (line, until) => {
        const [copied, shared] = read(line, until);
        take(copied as CopiedOwn<Pick<Row, Own>>, shared);
      });
    },
  });
}
