/**
 * The one door to the log. Adapters (Postgres, memory, later EventStoreDB) implement it; only
 * `ledger.ts` uses it. It carries bytes: what an event means is the codec's business.
 */

declare const positionBrand: unique symbol;

/**
 * A place in the log, between two events. Opaque: a string of decimal integers joined by dots, one
 * for Postgres, two for EventStoreDB (commit, prepare). Compare only with `comparePositions`.
 */
export type Position = string & { readonly [positionBrand]: true };

/** The position before the first event. */
export const start = '0' as Position;

/** An event as it is stored. `data` and `metadata` are encoded once and never again. */
export interface EncodedEvent {
  /** UUID in lower-case canonical form, chosen by the writer; a repeat carries the same id. */
  readonly id: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** A stored event with its place. */
export interface RecordedEvent extends EncodedEvent {
  readonly stream: string;
  /** Counts the events of the stream up to and including this one; the first is 1n. */
  readonly revision: bigint;
  readonly position: Position;
}

export type AppendResult =
  | { readonly ok: true; readonly revision: bigint; readonly position: Position }
  | { readonly ok: false; readonly actual: bigint };

export interface ReadOptions {
  /** First revision to read, inclusive. Default: the first event, or the last when backwards. */
  readonly from?: bigint;
  readonly limit?: number;
  readonly backwards?: boolean;
}

export interface FollowOptions {
  /** Events after this position, exclusive. */
  readonly after: Position;
  /** Ends the iteration quietly. */
  readonly signal: AbortSignal;
}

export interface Batch {
  /** May be empty: a batch also tells that there is nothing more. */
  readonly events: readonly RecordedEvent[];
  /** Where to go on from: the position of the last event, or the last checkpoint seen. */
  readonly position: Position;
  /** True when this batch ended at the head of the log as it was when the batch was read. */
  readonly caughtUp: boolean;
}

export interface EventStore {
  /**
   * Appends all events or none. `expected` is the number of events the stream must hold (0n: it
   * must not exist); another number answers `{ ok: false, actual }`. A repeat (same ids, same
   * `expected`) answers as the first time and stores nothing.
   * @throws OutcomeUnknown when the events may or may not have been stored
   * @throws StoreUnavailable when they were certainly not stored, but may be later
   */
  append(stream: string, expected: bigint, events: readonly EncodedEvent[]): Promise<AppendResult>;
  /** Events of one stream in order; nothing for a stream that does not exist. */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /**
   * All events after a position in log order, then waits for more until the signal aborts. Yields a
   * batch at once when there is nothing to read, with `caughtUp: true`. Never misses or repeats an event. Throws when the store fails: the
   * caller goes on from its own position.
   */
  follow(options: FollowOptions): AsyncIterable<Batch>;
  /** Position of the last event of the log, or `start`. */
  head(): Promise<Position>;
  close(): Promise<void>;
}

/** The events may or may not have been stored; look for their ids before trying again. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** The store did not do it and says so; trying again later is safe. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** -1, 0 or 1, as for `Array.prototype.sort`. */
export function comparePositions(a: Position, b: Position): number {
  if (a === b) return 0;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = BigInt(left[i] ?? 0) - BigInt(right[i] ?? 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

const positionForm = /^\d{1,20}(\.\d{1,20})?$/;

/** A position from its string form, or undefined when the text is not one. */
export function parsePosition(text: string): Position | undefined {
  return positionForm.test(text) ? (text as Position) : undefined;
}
