import { readFileSync } from 'node:fs';

/**
 * Measures how long something takes, less what the one of its processes that waited longest waited for a processor:
 * soak loads the machine itself, and the promises are about the product, not about who else works on the machine.
 * @param pids asked again at the end, for some of them may be new
 * @returns milliseconds since the call, as told by the clock and without that wait
 */
export function startStopwatch(pids: () => readonly number[]): () => Measured {
  const startedAt = performance.now();
  const before = new Map(pids().map((pid) => [pid, waitedMilliseconds(pid)]));
  return () => {
    const elapsedMilliseconds = performance.now() - startedAt;
    const waits = pids().map((pid) => waitedMilliseconds(pid) - (before.get(pid) ?? 0));
    return { elapsedMilliseconds, ownMilliseconds: Math.max(0, elapsedMilliseconds - Math.max(0, ...waits)) };
  };
}

export interface Measured {
  readonly elapsedMilliseconds: number;
  readonly ownMilliseconds: number;
}

/** The value below which a part of all values is, such as 0.99 of them; 0 where there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** What the main thread of a process has waited for a processor, by Linux; 0 where it does not tell. */
function waitedMilliseconds(pid: number): number {
  try {
    const [, nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e6;
  } catch {
    return 0;
  }
}
