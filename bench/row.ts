/** One line of the benchmark: something of ours beside the best that this machine could do. */
export interface BenchRow {
  readonly name: string;
  readonly ours: number;
  /** What the same work costs without the product: the yardstick. */
  readonly limit: number;
  readonly unit: string;
  /** `ours / limit`. */
  readonly ratio: number;
  /** The ratio must not be below. */
  readonly target: number;
  readonly limitedBy: string;
  /** Sentences about how it was measured, for whoever doubts it. */
  readonly notes: readonly string[];
}

/** Of at least one number; cores are noisy, and a median forgets the worst of it. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}
