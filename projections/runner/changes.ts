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
  const touched = events.map((recorded) => attempt(() => table.keysOf(recorded)));
  const missing = new Set(touched.flat().filter((key) => !after.has(key)));
  if (missing.size > 0) {
    const found = table.insertOnly ? new Map<string, object>() : await find([...missing]);
    for (const key of missing) {
      before.set(key, found.get(key));
      after.set(key, found.get(key));
    }
  }
  for (const [offset, recorded] of events.entries()) {
    for (const key of touched[offset] ?? []) {
      after.set(
        key,
        attempt(() => table.apply(after.get(key), recorded, key, index + offset)),
      );
    }
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
