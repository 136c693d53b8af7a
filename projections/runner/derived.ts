import type { RowChange } from './changes.js';
import { attempt } from './failure.js';
import type { AnyDerived } from './model.js';

/** Derived rows to delete, and then those to make. */
export interface DerivedChanges {
  readonly gone: readonly object[];
  readonly come: readonly object[];
}

/**
 * What the changes of rows mean for what is derived from them: for most changes, nothing.
 * @throws ApplyFailure when the function that derives them does
 */
export function deriveChanges(derived: AnyDerived, changes: readonly RowChange[]): DerivedChanges {
  const gone: object[] = [];
  const come: object[] = [];
  for (const { before, after } of changes) {
    if (before === undefined) {
      // Nothing to compare with, which is what takes time.
      come.push(...derivedOf(derived, after));
      continue;
    }
    const were = byText(derivedOf(derived, before));
    const are = byText(derivedOf(derived, after));
    for (const [text, row] of were) if (!are.has(text)) gone.push(row);
    for (const [text, row] of are) if (!were.has(text)) come.push(row);
  }
  return { gone, come };
}

function derivedOf(derived: AnyDerived, row: object | undefined): readonly object[] {
  return row === undefined ? [] : attempt(() => derived.of(row));
}

/** Their text tells whether two are the same. */
function byText(rows: readonly object[]): Map<string, object> {
  return new Map(rows.map((row) => [JSON.stringify(row), row]));
}
