import { isDeepStrictEqual } from 'node:util';
import { readModels } from '../../projections/models.js';
import type { AnyTable } from '../../projections/runner/model.js';
import type { Recorded } from '../../src/domain/recorded.js';

/** The rows that every table should have: a fold of the log with nothing but the tables' own functions. */
export interface LogFold {
  apply(recorded: Recorded): void;
  /** What differs between a table as it should be and as it is, in words; undefined when nothing does. */
  difference(table: AnyTable, rows: ReadonlyMap<string, object>): string | undefined;
}

export const tables: readonly AnyTable[] = readModels.flatMap((model) => model.tables);

export function createLogFold(): LogFold {
  const rowsOf = new Map(tables.map(({ name }) => [name, new Map<string, object>()]));
  let index = 0;

  return {
    apply(recorded) {
      for (const table of tables) {
        const rows = rowsOf.get(table.name) ?? new Map<string, object>();
        for (const key of table.keysOf(recorded)) {
          const row = table.apply(rows.get(key), recorded, key, index);
          if (row) rows.set(key, row);
          else rows.delete(key);
        }
      }
      index += 1;
    },
    difference({ name }, rows) {
      const wanted = rowsOf.get(name) ?? new Map<string, object>();
      for (const [key, row] of wanted) {
        const found = rows.get(key);
        if (isDeepStrictEqual(found, row)) continue;
        return `${name} ${key} is ${JSON.stringify(found)} and should be ${JSON.stringify(row)}`;
      }
      return rows.size === wanted.size
        ? undefined
        : `${name} has ${rows.size} rows and should have ${wanted.size}`;
    },
  };
}
