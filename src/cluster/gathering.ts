import { setTimeout as sleep } from 'node:timers/promises';
import { addReports, countersOf, type MetricsReport } from '../platform/metrics.js';

/** Metrics of all processes together, as the primary knows them. */
export interface Gathering {
  /** Asks every process that is there, and adds up what they and those that have ended counted. */
  gather(ask: (round: number) => readonly number[]): Promise<string>;
  /** What the process of that number answered in a round. */
  take(process: number, round: number, report: MetricsReport): void;
  /** The process has ended. What it has counted, as far as it was asked for, stays. */
  forget(process: number): void;
}

interface Round {
  readonly awaited: Set<number>;
  readonly complete: () => void;
}

/** One that does not answer by then, because it is busy or frozen, counts as of the last time. */
const patienceMilliseconds = 1_000;

export function createGathering(): Gathering {
  const rounds = new Map<number, Round>();
  const latest = new Map<number, MetricsReport>();
  let ended: Promise<MetricsReport> = Promise.resolve([]);
  let roundsCount = 0;

  function settle(process: number, round: number): void {
    const { awaited, complete } = rounds.get(round) ?? {};
    if (awaited?.delete(process) && awaited.size === 0) complete?.();
  }

  return {
    async gather(ask) {
      const round = ++roundsCount;
      const { promise: all, resolve: complete } = Promise.withResolvers<void>();
      rounds.set(round, { awaited: new Set(ask(round)), complete });
      const impatient = new AbortController();
      await Promise.race([all, sleep(patienceMilliseconds, undefined, { signal: impatient.signal })]);
      impatient.abort();
      rounds.delete(round);
      return addReports([...latest.values(), await ended]).metrics();
    },
    take(process, round, report) {
      latest.set(process, report);
      settle(process, round);
    },
    // Sums that went down would look as if all processes had started anew.
    forget(process) {
      const last = latest.get(process);
      latest.delete(process);
      for (const round of rounds.keys()) settle(process, round);
      if (last) ended = ended.then((before) => addReports([before, countersOf(last)]).getMetricsAsJSON());
    },
  };
}
