import type { Ledger } from '../../src/event-store/ledger.js';
import type { Clock } from '../../src/platform/clock.js';
import type { FailPoints } from './batch.js';
import type { CheckpointDb } from './checkpoint.js';
import type { ReadModel } from './model.js';

export interface RunnerOptions {
  /** With camelCase names. A few connections, for which models take turns: nobody who has one waits for another. */
  readonly db: CheckpointDb;
  /** For a connection of its own, which holds the locks. */
  readonly connectionString: string;
  readonly ledger: Ledger;
  readonly models: readonly ReadModel[];
  readonly clock: Clock;
  readonly log: RunnerLog;
  readonly failPoints?: FailPoints | undefined;
}

/** Never given personal data. */
export interface RunnerLog {
  info(facts: object, words: string): void;
  warn(facts: object, words: string): void;
  error(facts: object, words: string): void;
}
