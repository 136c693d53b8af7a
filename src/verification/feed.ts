import type { EventType, Recorded } from '../domain/recorded.js';
import type { Ledger } from '../event-store/ledger.js';
import { comparePositions, type Position, start } from '../event-store/port.js';
import { pause } from '../platform/pause.js';
import type { AccessIndex } from './access-index.js';

/** Keeps the index of this process at the head of the log. */
export interface AccessFeed {
  /** Loads the read model and follows the log from there; resolves once the index is at the head, and fresh. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** True as soon as the index knows everything up to the position; false after the time. */
  waitFor(position: Position, timeoutMilliseconds: number): Promise<boolean>;
  /** Seconds since the index was last known to be at the head of the log; infinite before that. */
  stalenessSeconds(): number;
  /** The index knows everything up to here. */
  position(): Position;
}

interface Options {
  readonly ledger: Ledger;
  readonly index: AccessIndex;
  /** Fills the index from the read model, and says how far that had come. */
  readonly load: () => Promise<Position>;
  /** Tells others, before each look at the head, that this process answers by what it knows. */
  readonly announce: () => Promise<void>;
  readonly warn: (message: string, error: unknown) => void;
}

const heartbeatMilliseconds = 1_000;
const pauseMilliseconds = 250;
/** Large and many, and nothing that a verdict rests on: what this process counts comes back to it here. */
const without = new Set<EventType>(['KeyUsesRecorded']);

export function createAccessFeed({ ledger, index, load, announce, warn }: Options): AccessFeed {
  const stopped = new AbortController();
  const { signal } = stopped;
  let position: Position = start;
  /** The last event that the index has. */
  let taken: Position = start;
  let agreedAt = Number.NEGATIVE_INFINITY;
  /** Settled by the first agreement with the head. */
  const agreed = Promise.withResolvers<void>();
  let waiting: { readonly position: Position; readonly resolve: (reached: boolean) => void }[] = [];
  let running: Promise<unknown> = Promise.resolve();

  function advance(to: Position): void {
    position = to;
    waiting = waiting.filter((one) => {
      const reached = comparePositions(position, one.position) >= 0;
      if (reached) one.resolve(true);
      return !reached;
    });
  }

  /** What comes again is left out: the creation of a key that was deleted since would bring it back to life. */
  function take(recorded: Recorded): void {
    const of = recorded.position as Position;
    if (comparePositions(of, taken) <= 0) return;
    index.apply(recorded);
    taken = of;
  }

  /** Whatever breaks, it goes on from its own position; meanwhile staleness grows, and says so. */
  async function follow(): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const batch of ledger.follow({ after: position, signal, without })) {
          for (const recorded of batch.events) take(recorded);
          advance(batch.position);
        }
      } catch (error) {
        warn('Verification cannot follow the log; trying again.', error);
      }
      await pause(pauseMilliseconds, signal);
    }
  }

  /**
   * Whoever stores something and does not find this process announced afterwards relies on it: it sees the head
   * only then, and answers nobody before it has caught up. And whoever finds it relies on it to refuse all answers
   * when the bound has passed since it was seen, so the time counts from before.
   */
  async function beat(): Promise<void> {
    while (!signal.aborted) {
      const askedAt = performance.now();
      try {
        await announce();
        if (await waitFor(await ledger.head(), heartbeatMilliseconds)) {
          agreedAt = askedAt;
          agreed.resolve();
        }
      } catch (error) {
        warn('Verification cannot see the head of the log.', error);
      }
      await pause(heartbeatMilliseconds, signal);
    }
  }

  async function waitFor(target: Position, timeoutMilliseconds: number): Promise<boolean> {
    if (comparePositions(position, target) >= 0) return true;
    return new Promise((resolve) => {
      const one = { position: target, resolve: settle };
      const timer = setTimeout(() => {
        waiting = waiting.filter((other) => other !== one);
        resolve(false);
      }, timeoutMilliseconds);
      function settle(reached: boolean): void {
        clearTimeout(timer);
        resolve(reached);
      }
      waiting.push(one);
    });
  }

  return {
    waitFor,
    position: () => position,
    stalenessSeconds: () => (performance.now() - agreedAt) / 1000,
    async start() {
      // Where the log cannot be read from the beginning, the start fails; later it is waited for.
      [position] = await Promise.all([load(), ledger.head()]);
      taken = position;
      running = Promise.all([follow(), beat()]);
      // Before that every question would be refused.
      await agreed.promise;
    },
    async stop() {
      stopped.abort();
      agreed.resolve();
      await running;
    },
  };
}
