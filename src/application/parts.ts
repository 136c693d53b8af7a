import type { Kysely } from 'kysely';
import type { Arrival } from '../domain/key/events.js';
import type { Ledger } from '../event-store/ledger.js';
import type { Position } from '../event-store/port.js';
import type { Clock } from '../platform/clock.js';
import type { Links } from '../platform/links.js';
import type { Executor } from './execute.js';
import type { Lookups } from './lookups.js';

/** Injection token of `Parts`. */
export const PARTS = Symbol('application parts');

/** What handlers work with; put together once, in the app module. */
export interface Parts {
  readonly executor: Executor;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly newId: () => string;
  /** The read models. */
  readonly readDb: Kysely<unknown>;
  readonly lookups: Lookups;
  /**
   * Waits until what was written can be seen: by this process's verification always, by the read models for
   * at most two seconds.
   * @throws VerificationBehind when the index did not get there in time; the write stands all the same
   */
  readonly settled: (position: Position) => Promise<void>;
  /**
   * Waits, at most two seconds, until the list of keys has what the log holds up to a position: for decisions
   * that rest on it.
   * @throws ReadModelsBehind
   */
  readonly keysListed: (position: Position) => Promise<void>;
  /**
   * Waits until every process that verifies has what the log holds up to a position, or cannot answer any more;
   * with one that does not react, that takes as long as verification may go on without sight of the log.
   * @param position one that is settled here
   * @param since of the monotonic clock, in milliseconds: from here on the arrivals are timed
   * @throws VerificationBehind when this process stops before
   */
  readonly everywhere: (position: Position, since: number) => Promise<readonly Arrival[]>;
  /** What stands behind the links in mails. */
  readonly links: Links;
  /** Whether there is a mail server to send them by. */
  readonly sendsMail: boolean;
  /** Whether owners and admins may say that money came in, or operators alone. */
  readonly teamsTopUp: boolean;
}

/** The write is stored, but this process cannot yet vouch that verification knows it. */
export class VerificationBehind extends Error {
  override readonly name = 'VerificationBehind';
}

/** The read models do not have what a decision must know; nothing was decided. */
export class ReadModelsBehind extends Error {
  override readonly name = 'ReadModelsBehind';
}
