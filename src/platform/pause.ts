import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits, or returns early when the signal aborts: the caller looks at the signal anyway.
 * @param ref false: a process that has nothing else to do need not wait for it
 */
export async function pause(milliseconds: number, signal?: AbortSignal, { ref = true } = {}): Promise<void> {
  await sleep(milliseconds, undefined, { ref, ...(signal && { signal }) }).catch(() => undefined);
}
