import type { Clock } from '../../../platform/clock.js';

/** One turn of the event loop, in which this process takes up all requests that have arrived. */
export interface Turn {
  /** The instant of the turn: what is asked in it is answered as of then. Looking at a clock takes long. */
  readonly at: string;
  /** The same in milliseconds since 1970. */
  readonly milliseconds: number;
  /** Of the monotonic clock, in milliseconds. */
  readonly since: number;
}

interface Parts<T extends Turn> {
  readonly clock: Clock;
  /** Makes what belongs to a turn; when it throws there is none. */
  readonly begin: (turn: Turn) => T;
  readonly end: (turn: T) => void;
}

/** @returns the turn that is running; the first who asks begins it, and it ends after all that arrived with them */
export function createTurns<T extends Turn>({ clock, begin, end }: Parts<T>): () => T {
  let current: T | undefined;

  function finish(): void {
    const turn = current;
    current = undefined;
    if (turn) end(turn);
  }

  return () => {
    if (current) return current;
    const now = clock.now();
    current = begin({ at: now.toISOString(), milliseconds: now.getTime(), since: performance.now() });
    setImmediate(finish);
    return current;
  };
}
