import { type Kysely, sql } from 'kysely';
import type { Clock } from './clock.js';
import { pause } from './pause.js';

/** Compares this process's clock with the database's, which all processes share. */
export interface ClockCheck {
  /** Measures, and from now on again every few seconds. @throws what the database throws */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Measures now. @throws what the database throws */
  measure(): Promise<void>;
  /** By how much this clock was ahead (or, negative, behind) when it was measured last; 0 before. */
  skewSeconds(): number;
  /** Whether it was too far away for what it says to be written down. */
  isWrong(): boolean;
}

interface Options {
  readonly db: Kysely<unknown>;
  readonly clock: Clock;
  readonly warn: (message: string, error: unknown) => void;
}

const skewMaxSeconds = 5;
const intervalMilliseconds = 5_000;

export function createClockCheck({ db, clock, warn }: Options): ClockCheck {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let skewSeconds = 0;

  async function measure(): Promise<void> {
    const before = clock.now().getTime();
    const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db);
    const after = clock.now().getTime();
    const database = Date.parse(rows[0]?.now ?? '');
    // The answer was made at some moment between the two: only what cannot be the way of the answer is skew.
    skewSeconds = (before > database ? before - database : Math.min(after - database, 0)) / 1_000;
  }

  async function keepMeasuring(): Promise<void> {
    const { signal } = stopping;
    for (;;) {
      await pause(intervalMilliseconds, signal);
      if (signal.aborted) return;
      // While the database is away nothing is written, and the last measurement stands.
      await measure().catch((error: unknown) => warn('The clock cannot be compared.', error));
    }
  }

  return {
    async start() {
      await measure();
      running = keepMeasuring();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    measure,
    skewSeconds: () => skewSeconds,
    isWrong: () => Math.abs(skewSeconds) > skewMaxSeconds,
  };
}
