import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Transaction } from 'kysely';
import { readModels } from '../../projections/models.js';
import type { AnyTable } from '../../projections/runner/model.js';
import { tables } from './log-fold.js';
import type { Opened } from './log-reader.js';

/** All read models as queries see them at one moment, at which they had the whole log. */
export interface Snapshot {
  /** End of the log at that moment. */
  readonly head: string;
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, object>>;
}

const patienceMilliseconds = 15_000;
const pauseMilliseconds = 50;

/**
 * Waits for a moment at which every read model is at the head of the log, and takes it all in one transaction.
 * @returns undefined when there is no such moment in time
 */
export async function takeSnapshot({ workDb }: Opened): Promise<Snapshot | undefined> {
  const deadline = performance.now() + patienceMilliseconds;
  while (performance.now() < deadline) {
    const snapshot = await workDb
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(takeIfComplete)
      // A rebuild that is switching just now drops the tables under us.
      .catch(() => undefined);
    if (snapshot) return snapshot;
    await sleep(pauseMilliseconds);
  }
  return undefined;
}

async function takeIfComplete(transaction: Transaction<unknown>): Promise<Snapshot | undefined> {
  const heads = await sql<{ position: bigint }>`select position from log.head`.execute(transaction);
  const head = String(heads.rows[0]?.position ?? 0);
  const live = await sql<{ position: string }>`select position from read.checkpoints where live`.execute(
    transaction,
  );
  const isComplete =
    live.rows.length === readModels.length && live.rows.every(({ position }) => position === head);
  if (!isComplete) return undefined;
  const rows = new Map<string, ReadonlyMap<string, object>>();
  for (const table of tables) rows.set(table.name, await rowsOf(transaction, table));
  return { head, rows };
}

async function rowsOf(transaction: Transaction<unknown>, { name, key }: AnyTable) {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(`read.${name}`)}`.execute(
    transaction,
  );
  return new Map(rows.map((row) => [String(row[key]), withNumbers(row)]));
}

function withNumbers(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, typeof value === 'bigint' ? Number(value) : value]),
  );
}
