import { setTimeout as sleep } from 'node:timers/promises';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import { readModels } from '../../projections/models.js';
import type { AnyTable } from '../../projections/runner/model.js';
import type { Opened } from './log-reader.js';

/** All read models as queries see them at one moment, at which they had the whole log. */
export interface Snapshot {
  /** End of the log at that moment. */
  readonly head: string;
  /** @param keys those to read; absent: all */
  rows(table: AnyTable, keys?: ReadonlySet<string>): Promise<FoundRows>;
  digest(table: AnyTable): Promise<Digest>;
}

export type FoundRows = ReadonlyMap<string, FoundRow>;

export interface FoundRow {
  readonly row: object;
  /** A hash of the row by Postgres: as long as it stays, so does the row. */
  readonly hash: bigint;
}

/** Of all rows of a table: how many, and the sum of their hashes. */
export interface Digest {
  readonly count: number;
  readonly sum: bigint;
}

const patienceMilliseconds = 15_000;
const pauseMilliseconds = 20;

/**
 * Waits for a moment at which every read model is at the head of the log, and looks at it in one transaction.
 * @param use asked again when it fails: a rebuild that is switching just now drops the tables under it
 * @returns what `use` does, or in words why there was no such moment in time
 */
export async function atHead<T>(
  { workDb }: Opened,
  use: (snapshot: Snapshot) => Promise<T>,
): Promise<{ readonly seen: T } | { readonly failure: string }> {
  const deadline = performance.now() + patienceMilliseconds;
  let failure = 'some of them are behind';
  while (performance.now() < deadline) {
    try {
      const seen = await workDb
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (transaction) => {
          const head = await commonHead(transaction);
          return head === undefined ? undefined : { seen: await use(snapshotOf(transaction, head)) };
        });
      if (seen) return seen;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    await sleep(pauseMilliseconds);
  }
  return { failure };
}

/** The end of the log, where all read models are there. */
async function commonHead(transaction: Transaction<unknown>): Promise<string | undefined> {
  const heads = await sql<{ position: bigint }>`select position from log.head`.execute(transaction);
  const head = String(heads.rows[0]?.position ?? 0);
  const live = await sql<{ position: string }>`select position from read.checkpoints where live`.execute(
    transaction,
  );
  const isComplete =
    live.rows.length === readModels.length && live.rows.every(({ position }) => position === head);
  return isComplete ? head : undefined;
}

function snapshotOf(transaction: Transaction<unknown>, head: string): Snapshot {
  const of = ({ name }: AnyTable): RawBuilder<unknown> => sql`${sql.table(`read.${name}`)} as it`;
  const hash = sql`hashtextextended(it::text, 0)`;
  return {
    head,
    async rows(table, keys) {
      const some = keys ? sql`where ${sql.ref(table.key)} = any(${[...keys]})` : sql``;
      const select = sql<Record<string, unknown>>`select *, ${hash} as soak_hash from ${of(table)} ${some}`;
      const { rows } = await select.execute(transaction);
      return new Map(
        rows.map(({ soakHash, ...row }) => [
          String(row[table.key]),
          { row: withNumbers(row), hash: BigInt(String(soakHash)) },
        ]),
      );
    },
    async digest(table) {
      const select = sql<{ count: bigint; sum: string }>`
        select count(*) as count, coalesce(sum(${hash}), 0)::text as sum from ${of(table)}`;
      const [found] = (await select.execute(transaction)).rows;
      return { count: Number(found?.count ?? 0), sum: BigInt(found?.sum ?? 0) };
    },
  };
}

function withNumbers(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}
