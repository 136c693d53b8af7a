import { type RawBuilder, sql } from 'kysely';
import type { Recorded } from '../../src/domain/recorded.js';
import type { LedgerBatch } from '../../src/event-store/ledger.js';
import { comparePositions, type Position } from '../../src/event-store/port.js';
import { changedRows, fold, noChanges } from './changes.js';
import { type Checkpoint, type CheckpointDb, checkpointMove, isThere } from './checkpoint.js';
import { deriveChanges } from './derived.js';
import { isFaultOfEvent, PoisonEvent, reasonOf } from './failure.js';
import type { AnyTable, ReadModel, Relation } from './model.js';
import { asJson, deletion, insertion, loadRows, type RowsInSql, upsertion } from './rows.js';

/** Moments at which a crash test may strike. */
export interface FailPoints {
  hit(moment: 'rows folded' | 'checkpoint moved' | 'rows written' | 'committed'): Promise<void>;
}

/** Where events go. */
export interface Target {
  readonly db: CheckpointDb;
  readonly model: ReadModel;
  readonly failPoints?: FailPoints | undefined;
}

/**
 * Applies a batch together with its checkpoint. Events at or before the checkpoint are left out,
 * so a batch that comes twice changes nothing.
 * @returns the new checkpoint, or undefined when the stored one is not `from` any more: nothing was done
 * @throws PoisonEvent once all events before the poisonous one are applied; any other error: nothing was done
 */
export async function applyBatch(
  target: Target,
  from: Checkpoint,
  batch: LedgerBatch,
): Promise<Checkpoint | undefined> {
  const events = eventsAfter(from, batch);
  if (events.length === 0 && !isAfter(batch.position, from)) return from;
  try {
    return await applyTogether(target, from, events, batch.position);
  } catch (error) {
    if (!isFaultOfEvent(error)) throw error;
    return await applySingly(target, from, events);
  }
}

/** What of a batch the tables do not have. */
export function eventsAfter(checkpoint: Checkpoint, { events }: LedgerBatch): Recorded[] {
  return events.filter((recorded) => isAfter(positionOf(recorded), checkpoint));
}

/** Whether a row of the model may be another after one of the events; yes also where that cannot be told. */
export function touches({ tables }: ReadModel, events: readonly Recorded[]): boolean {
  try {
    return events.some((recorded) => tables.some((table) => table.keysOf(recorded).length > 0));
  } catch {
    return true;
  }
}

/** Finds the event at fault, and applies the others before it. */
async function applySingly(
  target: Target,
  from: Checkpoint,
  events: readonly Recorded[],
): Promise<Checkpoint | undefined> {
  let checkpoint = from;
  for (const recorded of events) {
    try {
      const moved = await applyTogether(target, checkpoint, [recorded], positionOf(recorded));
      if (!moved) return undefined;
      checkpoint = moved;
    } catch (error) {
      if (!isFaultOfEvent(error)) throw error;
      throw new PoisonEvent(
        { type: recorded.event.type, position: recorded.position },
        reasonOf(error),
        checkpoint,
      );
    }
  }
  return checkpoint;
}

/**
 * Rows are read as they stand, and what becomes of them is written by one statement, a transaction by itself, that
 * first moves the checkpoint. Who else changes rows moves it too, so where it still is what it was, the rows are.
 */
async function applyTogether(
  { db, model, failPoints }: Target,
  from: Checkpoint,
  events: readonly Recorded[],
  position: Position,
): Promise<Checkpoint | undefined> {
  const to = { ...from, position, count: from.count + events.length };
  try {
    const writes: Write[] = [];
    for (const table of model.tables) writes.push(...(await writesTo(db, table, from, events)));
    await failPoints?.hit('rows folded');
    if (!(await writeAll(db, from, to, writes))) return undefined;
  } catch (error) {
    // It was not this batch that failed, but one made of what another runner had changed or dropped by then.
    if (!(await isThere(db, from).catch(() => true))) return undefined;
    throw error;
  }
  await failPoints?.hit('committed');
  return to;
}

/** A part of the statement. */
interface Write {
  readonly rows: readonly object[];
  readonly isDeletion?: true;
  readonly sql: (rows: RowsInSql) => RawBuilder<unknown>;
}

/** First what goes: a row that changes its key, or is derived from one that changes, may come back under the same. */
async function writesTo(
  db: CheckpointDb,
  table: AnyTable,
  { generation, count }: Checkpoint,
  events: readonly Recorded[],
): Promise<Write[]> {
  const changes = noChanges();
  await fold(changes, table, events, count, (keys) => loadRows(db, table, generation, keys));
  const changed = changedRows(changes);
  const come = changed.flatMap(({ after }) => after ?? []);
  const gone = changed.flatMap(({ before, after }) => (after ? [] : (before ?? [])));
  const remove = (of: Relation, rows: readonly object[]): Write => ({
    rows,
    isDeletion: true,
    sql: (json) => deletion(of, generation, json),
  });
  const writes: Write[] = [
    remove(table, gone),
    { rows: come, sql: (json) => upsertion(table, generation, json) },
  ];
  const { derived } = table;
  if (derived) {
    const changes = deriveChanges(derived, changed);
    writes.push(remove(derived, changes.gone), {
      rows: changes.come,
      sql: (json) => insertion(derived, generation, json),
    });
  }
  return writes.filter(({ rows }) => rows.length > 0);
}

/**
 * PostgreSQL does the parts of such a statement in whatever order it likes, but for those that ask for what another
 * gives: all ask for the row of the checkpoint, and so get no rows where it was not moved; and those that make rows
 * for the number of rows that were deleted.
 * @returns false when the checkpoint is not `from` any more: nothing was written
 */
async function writeAll(
  db: CheckpointDb,
  from: Checkpoint,
  to: Checkpoint,
  writes: readonly Write[],
): Promise<boolean> {
  const deletions = writes.filter(({ isDeletion }) => isDeletion);
  const others = writes.filter(({ isDeletion }) => !isDeletion);
  const afterDeletions = deletions.map((_, i) => sql`and (select count(*) from ${sql.raw(`gone${i}`)}) >= 0`);
  const parts = [
    ...deletions.map(
      ({ rows, sql: part }, i) =>
        sql`${sql.raw(`gone${i}`)} as (${part(sql`(select ${asJson(rows)} from moved)`)} returning 1)`,
    ),
    ...others.map(({ rows, sql: part }, i) => {
      const json = sql`(select ${asJson(rows)} from moved where true ${sql.join(afterDeletions, sql` `)})`;
      return sql`${sql.raw(`come${i}`)} as (${part(json)})`;
    }),
  ];
  const withParts = sql.join([sql`moved as (${checkpointMove(from, to)})`, ...parts]);
  const { rows } = await sql`with ${withParts} select from moved`.execute(db);
  return rows.length === 1;
}

export function isAfter(position: Position, checkpoint: Checkpoint): boolean {
  return comparePositions(position, checkpoint.position) > 0;
}

/** The domain does not know the type that the port gives to positions. */
function positionOf(recorded: Recorded): Position {
  return recorded.position as Position;
}
