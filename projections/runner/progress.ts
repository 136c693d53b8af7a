import { comparePositions, type Position, start } from '../../src/event-store/port.js';

/** How far each model is known to have come, and who waits for it to come further. */
export interface Progress {
  positionOf(model: string): Position;
  /** Tells of a position that is committed, and wakes who waited for it. */
  advance(model: string, position: Position): void;
  /** @returns true once all the models have come to the position; false after the time */
  wait(models: readonly string[], position: Position, timeoutMilliseconds: number): Promise<boolean>;
  /** Whether anybody waits for one of the models. */
  isAwaited(models: readonly string[]): boolean;
}

interface Waiter {
  readonly position: Position;
  /** Those that have not come so far yet. */
  readonly missing: Set<string>;
  readonly resolve: (reached: boolean) => void;
}

export function createProgress(): Progress {
  const positions = new Map<string, Position>();
  const waiters = new Set<Waiter>();

  const positionOf = (model: string) => positions.get(model) ?? start;
  const hasReached = (model: string, position: Position) =>
    comparePositions(positionOf(model), position) >= 0;

  return {
    positionOf,
    advance(model, position) {
      positions.set(model, position);
      for (const waiter of waiters) {
        if (!waiter.missing.has(model) || !hasReached(model, waiter.position)) continue;
        waiter.missing.delete(model);
        if (waiter.missing.size === 0) waiter.resolve(true);
      }
    },
    async wait(models, position, timeoutMilliseconds) {
      const missing = new Set(models.filter((model) => !hasReached(model, position)));
      if (missing.size === 0) return true;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const waiter: Waiter = { position, missing, resolve };
      const timer = setTimeout(resolve, timeoutMilliseconds, false);
      waiters.add(waiter);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        waiters.delete(waiter);
      }
    },
    isAwaited: (models) => [...waiters].some(({ missing }) => models.some((model) => missing.has(model))),
  };
}
