import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or returns early when the signal aborts: the caller looks at the signal anyway. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal && { signal }).catch(() => undefined);
}
