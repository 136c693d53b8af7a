import { isDeepStrictEqual } from 'node:util';
import { readModels } from '../../projections/models.js';
import type { AnyTable } from '../../projections/runner/model.js';
import type { Recorded } from '../../src/domain/recorded.js';
import type { FoundRows, Snapshot } from './snapshot.js';

/** The rows that every table should have: a fold of the log with nothing but the tables' own functions. */
export interface LogFold {
  apply(recorded: Recorded): void;
  /**
   * What differs between the tables as they should be and as they are, in words; undefined for each in which
   * nothing does. Row by row where an event was about it since the last time. All others must be as they were
   * found then: so says the sum of the hashes of all rows, and if it does not, all are compared again.
   */
  differences(snapshot: Snapshot): Promise<readonly (string | undefined)[]>;
}

export function createLogFold(): LogFold {
  const folds = readModels.flatMap((model) => model.tables).map(createTableFold);
  let index = 0;

  return {
    apply(recorded) {
      for (const fold of folds) fold.apply(recorded, index);
      index += 1;
    },
    async differences(snapshot) {
      const words: (string | undefined)[] = [];
      for (const fold of folds) words.push(await fold.difference(snapshot));
      return words;
    },
  };
}

function createTableFold(table: AnyTable) {
  const wanted = new Map<string, object>();
  const hashes = new Map<string, bigint>();
  const touched = new Set<string>();
  let sum = 0n;

  function learnHash(key: string, hash: bigint | undefined): void {
    sum += (hash ?? 0n) - (hashes.get(key) ?? 0n);
    if (hash === undefined) hashes.delete(key);
    else hashes.set(key, hash);
  }

  function compare(keys: Iterable<string>, found: FoundRows): string | undefined {
    for (const key of keys) {
      const there = found.get(key);
      const row = wanted.get(key);
      if (!isDeepStrictEqual(there?.row, row)) {
        return `${table.name} ${key} is ${JSON.stringify(there?.row)} and should be ${JSON.stringify(row)}`;
      }
      learnHash(key, there?.hash);
    }
    return undefined;
  }

  async function compareAll(snapshot: Snapshot): Promise<string | undefined> {
    const found = await snapshot.rows(table);
    return compare(new Set([...wanted.keys(), ...found.keys()]), found);
  }

  return {
    apply(recorded: Recorded, index: number): void {
      for (const key of table.keysOf(recorded)) {
        const row = table.apply(wanted.get(key), recorded, key, index);
        if (row) wanted.set(key, row);
        else wanted.delete(key);
        touched.add(key);
      }
    },
    async difference(snapshot: Snapshot): Promise<string | undefined> {
      const words = compare(touched, await snapshot.rows(table, touched));
      if (words !== undefined) return words;
      touched.clear();
      const digest = await snapshot.digest(table);
      const isAsItWas = digest.count === hashes.size && digest.sum === sum;
      return isAsItWas ? undefined : compareAll(snapshot);
    },
  };
}
