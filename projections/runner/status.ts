import type { Position } from '../../src/event-store/port.js';
import type { Clock } from '../../src/platform/clock.js';

/**
 * `running`: this process applies events; `standby`: another one does; `rebuilding`: the tables are made
 * anew before anything else; `retrying`: the database or the log is away; `stopped`: until a restart.
 */
export type ModelState = 'running' | 'standby' | 'rebuilding' | 'retrying' | 'stopped';

/** What is wrong, without personal data. */
export interface ModelError {
  readonly reason: string;
  /** Of the event that the model cannot apply. */
  readonly type?: string;
  readonly position?: string;
}

export interface ModelStatus {
  readonly model: string;
  readonly state: ModelState;
  /** Everything up to here is applied. */
  readonly position: Position;
  readonly caughtUp: boolean;
  /** Seconds since the model was last known to be at the head of the log; 0 while it is. */
  readonly lagSeconds: number;
  readonly error?: ModelError;
}

/** How a model is, as this process sees it. */
export interface Health {
  /** Another state, and why if it is a bad one. A state in which nobody applies events is not caught up. */
  become(state: ModelState, error?: ModelError): void;
  caughtUp(is: boolean): void;
  status(model: string, position: Position): ModelStatus;
}

export function createHealth(clock: Clock): Health {
  let state: ModelState = 'standby';
  let error: ModelError | undefined;
  let behindSince: number | undefined = clock.now().getTime();

  function caughtUp(is: boolean): void {
    behindSince = is ? undefined : (behindSince ?? clock.now().getTime());
  }

  return {
    caughtUp,
    become(next, why) {
      state = next;
      error = why;
      if (why) caughtUp(false);
    },
    status: (model, position) => ({
      model,
      state,
      position,
      caughtUp: behindSince === undefined,
      lagSeconds: behindSince === undefined ? 0 : (clock.now().getTime() - behindSince) / 1_000,
      ...(error && { error }),
    }),
  };
}
