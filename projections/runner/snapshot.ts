import pg from 'pg';
import { to } from 'pg-copy-streams';
import { rowReader } from './copied-rows.js';
import type { ReadModel, Relation, Table } from './model.js';
import { columnsOf, qualifiedName } from './tables.js';

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
  return use({
    position,
    countAbout: (table) => sizeOf(table)?.countAbout ?? 0,
    async each(table, take) {
      if (sizeOf(table)?.isEmpty === true) return;
      const columns = columnsOf(table).map(({ name }) => name);
      const copy = to(`copy ${qualifiedName(table, generation)} (${columns.join(', ')}) to stdout`);
      const read = rowReader(table);
      let rest = '';
      for await (const chunk of client.query(copy).setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) take(read(line));
      }
    },
  });
}
