/** One line of the benchmark: something of ours beside the best that this machine could do, or beside a peer. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  /** What the same work costs without the product, or what a peer needs for it: the yardstick. */
  readonly limit: number;
  readonly unit: string;
  /** `ours / limit`, where both were taken in rounds the median over neighbouring rounds. */
  readonly ratio: number;
  /** The ratio must not be below, or above where less is better. Absent: told for its own sake. */
  readonly target?: number;
  /** Of times and sizes. */
  readonly lessIsBetter?: true;
  readonly limitedBy: string;
  /** Sentences about how it was measured, for whoever doubts it. */
  readonly notes: readonly string[];
}

export function isMissed({ ratio, target, lessIsBetter }: BenchRow): boolean {
  if (target === undefined) return false;
  return !(lessIsBetter ? ratio <= target : ratio >= target);
}

/** Of at least one number; cores are noisy, and a median forgets the worst of it. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** Rounds beside each other: what slows the machine for longer than a round slows both. */
export function compare(
  ours: readonly number[],
  limit: readonly number[],
): Pick<BenchRow, 'ours' | 'limit' | 'ratio'> {
  const ratio = median(ours.map((one, round) => one / (limit[round] ?? Number.NaN)));
  return { ours: median(ours), limit: median(limit), ratio };
}

type Contestants = Readonly<Record<string, () => Promise<unknown>>>;
type Results<C extends Contestants> = { [Name in keyof C]: Awaited<ReturnType<C[Name]>>[] };

/** All who are compared, one after the other, so many times; what each gave, by name. */
export async function inTurns<C extends Contestants>(rounds: number, contestants: C): Promise<Results<C>> {
  const names = Object.keys(contestants);
  const results: Record<string, unknown[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results[name]?.push(await contestants[name]?.());
  }
  return results as Results<C>;
}
