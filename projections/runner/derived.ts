import type { CheckpointDb } from './checkpoint.js';
import { attempt } from './failure.js';
import type { AnyDerived } from './model.js';
import { deleteRows, insertRows } from './rows.js';

/** What a batch made of a row; undefined where there is none. */
export interface RowChange {
  readonly before: object | undefined;
  readonly after: object | undefined;
}

/** Writes what the changes of rows mean for what is derived from them: for most changes, nothing. */
export async function applyDerived(
  db: CheckpointDb,
  derived: AnyDerived,
  generation: number,
  changes: readonly RowChange[],
): Promise<void> {
  const gone: object[] = [];
  const come: object[] = [];
  for (const { before, after } of changes) {
    const were = derivedOf(derived, before);
    const are = derivedOf(derived, after);
    for (const [text, row] of were) if (!are.has(text)) gone.push(row);
    for (const [text, row] of are) if (!were.has(text)) come.push(row);
  }
  // First what goes: a row that changes goes, and comes back under the same key.
  if (gone.length > 0) await deleteRows(db, derived, generation, gone);
  if (come.length > 0) await insertRows(db, derived, generation, come);
}

/** By their text, which tells whether two are the same. */
function derivedOf(derived: AnyDerived, row: object | undefined): Map<string, object> {
  const rows = row === undefined ? [] : attempt(() => derived.of(row));
  return new Map(rows.map((one) => [JSON.stringify(one), one]));
}
