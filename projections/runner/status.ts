import { type Position, start } from '../../src/event-store/port.js';
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

/** What a model's follower says of it. */
export interface Health {
  /** Another state, and why if it is a bad one. A state in which nobody applies events is not caught up. */
  become(state: ModelState, error?: ModelError): void;
  /** The tables that queries see have everything up to there. */
  reach(position: Position): void;
  caughtUp(is: boolean): void;
}

/** How a model is, as whoever follows the log for it tells others, be they in another thread or process. */
export interface ModelReport {
  readonly model: string;
  readonly state: ModelState;
  readonly position: Position;
  /** Milliseconds since 1970: when it was last known to be at the head of the log; undefined while it is. */
  readonly behindSince: number | undefined;
  readonly error: ModelError | undefined;
}

/** @param tell hears of every change */
export function createHealth(model: string, clock: Clock, tell: (report: ModelReport) => void): Health {
  let report = unknown(model, clock);

  function change(to: Partial<ModelReport>): void {
    report = { ...report, ...to };
    tell(report);
  }

  function sinceWhenUnlessBehind(isCaughtUp: boolean): number | undefined {
    return isCaughtUp ? undefined : (report.behindSince ?? clock.now().getTime());
  }

  return {
    become(state, error) {
      change({ state, error, ...(error && { behindSince: sinceWhenUnlessBehind(false) }) });
    },
    reach: (position) => change({ position }),
    caughtUp: (is) => change({ behindSince: sinceWhenUnlessBehind(is) }),
  };
}

/** What is known of a model that nobody has told of yet. */
export function unknown(model: string, clock: Clock): ModelReport {
  return { model, state: 'standby', position: start, behindSince: clock.now().getTime(), error: undefined };
}

/** A report as it reads now. */
export function statusOf({ behindSince, error, ...report }: ModelReport, clock: Clock): ModelStatus {
  return {
    ...report,
    caughtUp: behindSince === undefined,
    lagSeconds: behindSince === undefined ? 0 : (clock.now().getTime() - behindSince) / 1_000,
    ...(error && { error }),
  };
}
