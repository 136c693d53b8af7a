import type { Recorded } from '../../src/domain/recorded.js';
import type { LedgerBatch } from '../../src/event-store/ledger.js';
import { comparePositions, type Position } from '../../src/event-store/port.js';
import { changedRows, fold, noChanges } from './changes.js';
import { type Checkpoint, type CheckpointDb, moveCheckpoint } from './checkpoint.js';
import { deriveChanges } from './derived.js';
import { isFaultOfEvent, PoisonEvent, reasonOf } from './failure.js';
import type { AnyTable, ReadModel } from './model.js';
import { deleteRows, insertRows, loadRows, upsertRows } from './rows.js';

/** Moments at which a crash test may strike. */
export interface FailPoints {
  hit(moment: 'checkpoint moved' | 'rows written' | 'committed'): Promise<void>;
}

/** Where events go. */
export interface Target {
  readonly db: CheckpointDb;
  readonly model: ReadModel;
  readonly failPoints?: FailPoints | undefined;
}

/**
 * Applies a batch in one transaction with its checkpoint. Events at or before the checkpoint are left out,
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

async function applyTogether(
  { db, model, failPoints }: Target,
  from: Checkpoint,
  events: readonly Recorded[],
  position: Position,
): Promise<Checkpoint | undefined> {
  const to = { ...from, position, count: from.count + events.length };
  const moved = await db.transaction().execute(async (transaction) => {
    // First, because it locks: from here on nobody else changes these tables or puts others in their place.
    if (!(await moveCheckpoint(transaction, from, to))) return false;
    await failPoints?.hit('checkpoint moved');
    for (const table of model.tables) await applyToTable(transaction, table, from, events);
    await failPoints?.hit('rows written');
    return true;
  });
  await failPoints?.hit('committed');
  return moved ? to : undefined;
}

async function applyToTable(
  db: CheckpointDb,
  table: AnyTable,
  { generation, count }: Checkpoint,
  events: readonly Recorded[],
): Promise<void> {
  const changes = noChanges();
  await fold(changes, table, events, count, (keys) => loadRows(db, table, generation, keys));
  const changed = changedRows(changes);
  const rows = changed.flatMap(({ after }) => after ?? []);
  const gone = changed.flatMap(({ before, after }) => (after ? [] : (before ?? [])));
  await upsertRows(db, table, generation, rows);
  await deleteRows(db, table, generation, gone);
  if (!table.derived) return;
  const derived = deriveChanges(table.derived, changed);
  // First what goes: a row that changes goes, and comes back under the same key.
  await deleteRows(db, table.derived, generation, derived.gone);
  await insertRows(db, table.derived, generation, derived.come);
}

export function isAfter(position: Position, checkpoint: Checkpoint): boolean {
  return comparePositions(position, checkpoint.position) > 0;
}

/** The domain does not know the type that the port gives to positions. */
function positionOf(recorded: Recorded): Position {
  return recorded.position as Position;
}
