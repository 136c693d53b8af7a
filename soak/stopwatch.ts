import { readFileSync } from 'node:fs';

/**
 * Measures how long something takes, less what its processes waited for a processor that others had: soak loads the
 * machine itself, and the promises are about the product, not about who else works on the machine.
 * @param chain groups of processes that wait for each other; within a group all work at the same time. Asked again
 *   at the end, for some of them may be new.
 * @returns milliseconds since the call, as told by the clock and without that wait
 */
export function startStopwatch(chain: () => readonly (readonly number[])[]): () => Measured {
  const startedAt = performance.now();
  const before = new Map(chain().flatMap((group) => group.map((pid) => [pid, waitedMilliseconds(pid)])));
  return () => {
    const elapsedMilliseconds = performance.now() - startedAt;
    const waits = chain().map((group) =>
      Math.max(0, ...group.map((pid) => waitedMilliseconds(pid) - (before.get(pid) ?? 0))),
    );
    const waited = waits.reduce((sum, one) => sum + one, 0);
    return { elapsedMilliseconds, ownMilliseconds: Math.max(0, elapsedMilliseconds - waited) };
  };
}

export interface Measured {
  readonly elapsedMilliseconds: number;
  readonly ownMilliseconds: number;
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
