import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again until the answer is something.
 * @throws Error after 30 seconds, with what was waited for
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`In vain for 30 s: ${what}.`);
    await sleep(20);
  }
}
