import type { Recorded } from '../../src/domain/recorded.js';
import { attempt } from './failure.js';
import type { AnyTable } from './model.js';

/** A row under its key; undefined where there is none. */
export type Rows = ReadonlyMap<string, object | undefined>;

/** The rows that some events touch, as they stand in the database and as these events leave them. */
export interface Changes {
  readonly before: Map<string, object | undefined>;
  readonly after: Map<string, object | undefined>;
}

/** What events made of a row; undefined where there is none. */
export interface RowChange {
  readonly before: object | undefined;
  readonly after: object | undefined;
}

export function noChanges(): Changes {
  return { before: new Map(), after: new Map() };
}

/**
 * Lets events change rows, in memory.
 * @param index the place in the log of the first of them; the others follow it
 * @param find the rows with these keys as they stand in the database
 * @throws ApplyFailure when a function of the table does: some of the events have changed rows by then
 */
export async function fold(
  { before, after }: Changes,
  table: AnyTable,
  events: readonly Recorded[],
  index: number,
  find: (keys: readonly string[]) => Promise<Rows>,
): Promise<void> {
  const touches = attempt(() => touchesOf(table, events, index));
  if (!table.insertOnly) await addMissing({ before, after }, touches, find);
  attempt(() => {
    for (const { recorded, keys, place } of touches) {
      for (const key of keys) after.set(key, table.apply(after.get(key), recorded, key, place));
    }
  });
}

/** An event that is about rows of a table. */
interface Touch {
  readonly recorded: Recorded;
  readonly keys: readonly string[];
  /** Of the event in the log. */
  readonly place: number;
}

/** Most events are about no row of most tables. */
function touchesOf(table: AnyTable, events: readonly Recorded[], index: number): Touch[] {
  const touches: Touch[] = [];
  let place = index;
  for (const recorded of events) {
    const keys = table.keysOf(recorded);
    if (keys.length > 0) touches.push({ recorded, keys, place });
    place += 1;
  }
  return touches;
}

async function addMissing(
  { before, after }: Changes,
  touches: readonly Touch[],
  find: (keys: readonly string[]) => Promise<Rows>,
): Promise<void> {
  const missing = new Set<string>();
  for (const { keys } of touches) for (const key of keys) if (!after.has(key)) missing.add(key);
  if (missing.size === 0) return;
  const found = await find([...missing]);
  for (const key of missing) {
    const row = found.get(key);
    if (row) before.set(key, row);
    after.set(key, row);
  }
}

/** The rows that are not any more what they were. */
export function changedRows({ before, after }: Changes): RowChange[] {
  const changed: RowChange[] = [];
  for (const [key, row] of after) {
    if (row !== before.get(key)) changed.push({ before: before.get(key), after: row });
  }
  return changed;
}
