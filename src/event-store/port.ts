/**
 * The one door to the log. Adapters (Postgres, memory, later EventStoreDB) implement it; only
 * `ledger.ts` uses it. It carries bytes: what an event means is the codec's business.
 */

declare const positionBrand: unique symbol;

/**
 * A place in the log, between two events. Opaque: a string of decimal integers joined by dots, one
 * for Postgres and memory, two for EventStoreDB (commit, prepare). Compare only with
 * `comparePositions`.
 */
export type Position = string & { readonly [positionBrand]: true };

/** The position before the first event. */
export const start = '0' as Position;

/** A position that was text outside; undefined when it cannot have been one. */
export function positionOf(text: string): Position | undefined {
  return positionForm.test(text) ? (text as Position) : undefined;
}

const positionForm = /^\d{1,20}(\.\d{1,20})?$/;

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
  /** At most so many events. Default: all. */
  readonly limit?: number;
  readonly backwards?: boolean;
}

export interface FollowOptions {
  /** Events after this position, exclusive. */
  readonly after: Position;
  /** Ends the iteration quietly. */
  readonly signal: AbortSignal;
  /** Nobody else is likely to follow there at this moment: nothing is kept for others. Default: false. */
  readonly alone?: boolean;
  /** Types of events that are wanted for their place in the log alone: their data and metadata may be empty. */
  readonly bodiless?: ReadonlySet<string>;
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
   * `expected`) answers as the first time and stores nothing, also when more events followed.
   * The bytes of the events must not be changed before the answer.
   * @throws RangeError when the append breaks `appendLimits`; nothing was sent
   * @throws OutcomeUnknown when the events may or may not have been stored
   * @throws StoreUnavailable when they were certainly not stored, but may be later
   */
  append(stream: string, expected: bigint, events: readonly EncodedEvent[]): Promise<AppendResult>;
  /**
   * Events of one stream in order; nothing for a stream that does not exist.
   * @throws StoreUnavailable
   */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<RecordedEvent>;
  /**
   * All events after a position in log order, then waits for more until the signal aborts. Yields a
   * batch at once when there is nothing to read, with `caughtUp: true`. Never misses or repeats an
   * event. When the store fails it throws: the caller goes on from its own position.
   * @throws RangeError when `after` is not in this log: it came from another one, or this one was
   *   restored from before it
   * @throws StoreUnavailable
   */
  follow(options: FollowOptions): AsyncIterable<Batch>;
  /**
   * Position of the last event of the log, or `start`.
   * @throws StoreUnavailable
   */
  head(): Promise<Position>;
  /**
   * Refuses what comes from now on with StoreUnavailable, as it ends the followers that are left;
   * appends under way are settled first.
   */
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

/** What one append may hold: what every engine takes. */
export const appendLimits = {
  events: 1_000,
  /** By `sizeInBytes`. EventStoreDB takes 1,048,576. */
  bytes: 1_000_000,
  /** Of a stream's name and of a type, in UTF-16 units; at least one, well-formed, without U+0000. */
  nameLength: 250,
} as const;

/** Size of the events by the count of EventStoreDB, whose types take two bytes a character. */
export function sizeInBytes(events: readonly EncodedEvent[]): number {
  return events.reduce(
    (sum, { type, data, metadata }) => sum + 2 * type.length + data.length + metadata.length,
    0,
  );
}

/**
 * What every adapter asks of an append before it does anything.
 * @throws RangeError in words
 */
export function checkAppend(stream: string, expected: bigint, events: readonly EncodedEvent[]): void {
  requireName('A stream', stream);
  if (expected < 0n || expected > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`A stream cannot hold ${expected} events.`);
  }
  if (events.length < 1 || events.length > appendLimits.events) {
    throw new RangeError(`An append takes 1 to ${appendLimits.events} events, not ${events.length}.`);
  }
  for (const { id, type } of events) {
    if (!idForm.test(id)) throw new RangeError(`"${id}" is not a UUID in lower-case canonical form.`);
    requireName('An event type', type);
  }
  const bytes = sizeInBytes(events);
  if (bytes > appendLimits.bytes) {
    throw new RangeError(`An append takes ${appendLimits.bytes} bytes, not ${bytes}.`);
  }
}

const idForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function requireName(what: string, name: string): void {
  const fits = name.length >= 1 && name.length <= appendLimits.nameLength;
  if (fits && name.isWellFormed() && !name.includes('\u0000')) return;
  throw new RangeError(
    `${what} has 1 to ${appendLimits.nameLength} well-formed characters without U+0000, ` +
      `not ${JSON.stringify(name.slice(0, appendLimits.nameLength))}.`,
  );
}

/** One number as this program writes it: of two such texts the longer is the greater number. */
function isCount(position: Position): boolean {
  return !position.includes('.') && (position.length === 1 || !position.startsWith('0'));
}

/** -1, 0 or 1, as for `Array.prototype.sort`. */
export function comparePositions(a: Position, b: Position): number {
  if (a === b) return 0;
  if (isCount(a) && isCount(b)) return a.length < b.length || (a.length === b.length && a < b) ? -1 : 1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = BigInt(left[i] ?? 0) - BigInt(right[i] ?? 0);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}
