/** What the product promises, in the order of the table. */
export const promises = {
  kept: 'what was acknowledged is in the log, where the answer said',
  refused: 'what was refused left nothing in the log',
  whole: 'what has an unknown outcome is there wholly or not at all',
  once: 'nothing was done twice, and a repeat is answered as the first time',
  revoked: 'no verdict VALID after an acknowledged end, in the process that acknowledged',
  elsewhere: 'the same in the other process within a second, while the log is reachable',
  verdicts: 'verdicts are those that follow from the log, in both processes',
  models: 'the rows of every read model are a fold of the log',
  positions: 'positions are dense, revisions of each stream too, and no event comes twice',
  answers: 'every answer is one that the contract names',
  quiet: 'no process fails, complains of a failure or ends unasked',
  back: 'writing goes on within three seconds of a kill',
  clock: 'a process whose clock is wrong refuses to write, and no other does',
  memory: 'memory stays flat',
} as const;

export type PromiseName = keyof typeof promises;

export interface PromiseRow {
  readonly name: PromiseName;
  /** How often it was looked at. */
  readonly checked: number;
  readonly broken: number;
  /** The first few breaches, in words. */
  readonly examples: readonly string[];
}

/** Counts how often each promise was looked at, and how often it was broken. */
export interface Tally {
  /** @param words what is wrong, asked for only when it is */
  check(name: PromiseName, isKept: boolean, words: () => string): void;
  rows(): readonly PromiseRow[];
  isBroken(): boolean;
}

const examplesMax = 20;

/** @param tell is told of every breach at once */
export function createTally(tell: (line: string) => void): Tally {
  const rows = Object.keys(promises).map((name) => ({
    name: name as PromiseName,
    checked: 0,
    broken: 0,
    examples: [] as string[],
  }));
  return {
    check(name, isKept, words) {
      const row = rows.find((one) => one.name === name);
      if (!row) return;
      row.checked += 1;
      if (isKept) return;
      row.broken += 1;
      if (row.examples.length >= examplesMax) return;
      row.examples.push(words());
      tell(`BROKEN ${name}: ${row.examples.at(-1)}`);
    },
    rows: () => rows,
    isBroken: () => rows.some(({ broken }) => broken > 0),
  };
}
