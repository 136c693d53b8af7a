/** When what failed is tried again: after five seconds, then after twice as long each time, up to ten minutes. */
export interface Tries {
  failed(id: string): void;
  forget(id: string): void;
  /** Those whose time has not come. */
  waiting(): string[];
}

const firstMilliseconds = 5_000;
const lastMilliseconds = 600_000;

/** @param now milliseconds since 1970 */
export function createTries(now: () => number): Tries {
  const tries = new Map<string, { readonly milliseconds: number; readonly notBefore: number }>();
  return {
    failed(id) {
      const last = tries.get(id)?.milliseconds;
      const milliseconds = last === undefined ? firstMilliseconds : Math.min(2 * last, lastMilliseconds);
      tries.set(id, { milliseconds, notBefore: now() + milliseconds });
    },
    forget: (id) => void tries.delete(id),
    waiting: () => [...tries].flatMap(([id, { notBefore }]) => (now() < notBefore ? [id] : [])),
  };
}
