import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival } from '../domain/key/events.js';
import { comparePositions, type Position, positionOf } from '../event-store/port.js';
import type { Calls } from '../platform/calls.js';
import type { ListedProcess, ProcessList } from '../platform/process-list.js';
import { shareNext } from '../platform/share-next.js';
import type { AccessFeed } from './feed.js';

/**
 * Knows when no process that verifies answers from before a position any more. A process is in the list before it
 * looks at the head of the log and may answer anybody, so whoever is not in the list after something was stored has
 * it, or does not answer; and whoever is in it either says that they have it, or stops to answer when the time since
 * they last saw the head exceeds their bound, which they did before they were last seen.
 */
export interface Everywhere {
  /** Says that this process is there and how far it is: to be called before each look at the head. */
  announce(): Promise<void>;
  /** From now on it answers others. */
  start(): void;
  /** Ends what waits here. */
  stop(): Promise<void>;
  /** Takes this process from the list: it answers nobody any more. Never fails. */
  leave(): Promise<void>;
  /**
   * Waits until each process has what the log holds up to a position, or does not answer any more.
   * @param position this process has it already
   * @param since of the monotonic clock, in milliseconds: from here on the arrivals are timed
   * @returns undefined when this process is stopped before
   * @throws what the database throws when it is away from the beginning
   */
  reach(position: Position, since: number): Promise<readonly Arrival[] | undefined>;
}

interface Options {
  readonly processId: string;
  readonly list: ProcessList;
  readonly calls: Calls;
  readonly feed: () => Pick<AccessFeed, 'position' | 'waitFor'>;
}

/** Somebody wants to know who has got to a position. */
const asked = 'compass_arrivals_asked';
/** Somebody has said how far they are. */
const told = 'compass_arrivals_told';

/** Nobody waits for it, and what has just started has other things to do. */
const sweepMilliseconds = 60_000;
/** For when a call got lost. */
const lookMilliseconds = 250;
/** Whoever needs longer to get there says so with the next announcement all the same. */
const answerMilliseconds = 5_000;
const farewellMilliseconds = 1_000;

export function createEverywhere({ processId, list, calls, feed }: Options): Everywhere {
  const stopping = new AbortController();
  let hearing: Promise<void> = Promise.resolve();
  let hasLeft = false;
  let sweeping: NodeJS.Timeout | undefined;
  let news = Promise.withResolvers<void>();
  const read = shareNext(list.read);
  const announce = shareNext(async () => {
    if (!hasLeft) await list.announce(feed().position());
  });
  const tell = shareNext(async () => {
    await announce();
    await calls.call(told);
  });

  function wake(): void {
    const old = news;
    news = Promise.withResolvers();
    old.resolve();
  }

  async function answer(text: string): Promise<void> {
    const position = positionOf(text);
    if (position !== undefined && (await feed().waitFor(position, answerMilliseconds))) await tell();
  }

  /** Those who do not have it at the first look, by the moment of the monotonic clock at which they refuse to answer. */
  function deadlinesOf(listed: readonly ListedProcess[]): Map<string, number> {
    const lookedAt = performance.now();
    const others = listed.filter((one) => one.id !== processId && remainingMilliseconds(one) > 0);
    return new Map(others.map((one) => [one.id, lookedAt + remainingMilliseconds(one)]));
  }

  async function reach(position: Position, since: number): Promise<readonly Arrival[] | undefined> {
    const arrivals: Arrival[] = [];
    const arrive = (id: string, outcome: Arrival['outcome']): void => {
      arrivals.push({ processId: id, outcome, afterMilliseconds: Math.ceil(performance.now() - since) });
    };
    arrive(processId, 'confirmed');
    let nextNews = news.promise;
    await calls.call(asked, position);
    let listed: readonly ListedProcess[] | undefined = await read();
    const awaited = deadlinesOf(listed);
    for (;;) {
      for (const [id, deadline] of awaited) {
        const outcome =
          outcomeOf(id, position, listed) ?? (performance.now() > deadline ? 'silent' : undefined);
        if (outcome === undefined) continue;
        awaited.delete(id);
        arrive(id, outcome);
      }
      if (awaited.size === 0) return arrivals;
      if (stopping.signal.aborted) return undefined;
      await Promise.race([nextNews, sleep(lookMilliseconds, undefined, { ref: false })]);
      nextNews = news.promise;
      // While the database is away nobody is heard of, but time goes on, and they do not see the log either.
      listed = await read().catch(() => undefined);
    }
  }

  return {
    announce,
    reach,
    start() {
      const heard = { [asked]: (text: string) => void answer(text).catch(() => undefined), [told]: wake };
      hearing = calls.listen(heard, stopping.signal);
      sweeping = setTimeout(() => void list.sweep().catch(() => undefined), sweepMilliseconds).unref();
    },
    async stop() {
      stopping.abort();
      clearTimeout(sweeping);
      wake();
      // A database that is frozen does not let it end, and must not keep requests from being finished.
      await Promise.race([hearing, sleep(farewellMilliseconds, undefined, { ref: false })]);
    },
    async leave() {
      hasLeft = true;
      // An announcement that is under way must not come after it.
      const left = announce().then(() => list.leave());
      // Where that fails, others wait until the bound of this process has passed.
      await Promise.race([
        left.catch(() => undefined),
        sleep(farewellMilliseconds, undefined, { ref: false }),
      ]);
    },
  };
}

/** What the list says of a process that was in it; undefined: it is behind as yet. */
function outcomeOf(
  id: string,
  position: Position,
  listed: readonly ListedProcess[] | undefined,
): Exclude<Arrival['outcome'], 'silent'> | undefined {
  if (!listed) return undefined;
  const one = listed.find((other) => other.id === id);
  if (!one) return 'ended';
  const reached = positionOf(one.position);
  return reached !== undefined && comparePositions(reached, position) >= 0 ? 'confirmed' : undefined;
}

/** Two clocks may run at rates a little apart, and what a process has begun to answer it finishes. */
const clockError = 0.01;
const finishingMilliseconds = 100;

/** Until a process certainly refuses to answer, if it does not see the log again. */
function remainingMilliseconds({ boundSeconds, ageSeconds }: ListedProcess): number {
  return (boundSeconds * (1 + clockError) - ageSeconds) * 1_000 + finishingMilliseconds;
}
