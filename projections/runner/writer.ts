import { Kysely, PostgresDialect } from 'kysely';
import { createPool } from '../../src/platform/postgres.js';
import type { FailPoints } from './batch.js';
import { type Changes, changedRows } from './changes.js';
import { type Checkpoint, type CheckpointDb, moveCheckpoint } from './checkpoint.js';
import { copyRows } from './copy.js';
import { deriveChanges } from './derived.js';
import type { AnyTable, Relation } from './model.js';
import { asJson, deletion, upsertion } from './rows.js';

/** What is written together, of each table. */
export type Part = ReadonlyMap<AnyTable, Changes>;

/** Writes to tables that nobody reads yet. */
export interface Writer {
  /**
   * Writes the changes and moves the checkpoint, in one transaction.
   * @returns false when the checkpoint is not `from` any more: nothing was written
   * @throws ApplyFailure when a row cannot be written down
   */
  write(part: Part, from: Checkpoint, to: Checkpoint): Promise<boolean>;
  close(): Promise<void>;
}

/** A connection of its own: what is copied and what the query builder runs share their transactions there. */
export async function openWriter(
  connectionString: string,
  failPoints: FailPoints | undefined,
): Promise<Writer> {
  const pool = createPool(connectionString, { applicationName: 'compass-read-model-load', max: 1 });
  const client = await pool.connect();
  const lent = { query: client.query.bind(client), release: () => undefined };
  const one = { connect: () => Promise.resolve(lent), end: () => pool.end(), options: pool.options };
  const db: CheckpointDb = new Kysely({ dialect: new PostgresDialect({ pool: one }) });

  async function writeTable(
    transaction: CheckpointDb,
    table: AnyTable,
    changes: Changes,
    generation: number,
  ) {
    const changed = changedRows(changes);
    const [fresh, others, gone]: [object[], object[], object[]] = [[], [], []];
    for (const { before, after } of changed) {
      if (after) (before ? others : fresh).push(after);
      else if (before) gone.push(before);
    }
    const upsert = (rows: object[]) => upsertion(table, generation, asJson(rows)).execute(transaction);
    const remove = (of: Relation, rows: readonly object[]) =>
      deletion(of, generation, asJson(rows)).execute(transaction);
    await copyRows(client, table, generation, fresh);
    if (others.length > 0) await upsert(others);
    if (gone.length > 0) await remove(table, gone);
    if (!table.derived) return;
    const derived = deriveChanges(table.derived, changed);
    if (derived.gone.length > 0) await remove(table.derived, derived.gone);
    await copyRows(client, table.derived, generation, derived.come);
  }

  return {
    async write(part, from, to) {
      const isWritten = await db.transaction().execute(async (transaction) => {
        if (!(await moveCheckpoint(transaction, from, to))) return false;
        await failPoints?.hit('checkpoint moved');
        for (const [table, changes] of part) await writeTable(transaction, table, changes, from.generation);
        await failPoints?.hit('rows written');
        return true;
      });
      await failPoints?.hit('committed');
      return isWritten;
    },
    async close() {
      client.release(true);
      await pool.end();
    },
  };
}
