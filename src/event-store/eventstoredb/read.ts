import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  type ResolvedEvent,
  START,
  type StreamingRead,
} from '@eventstore/db-client';
import type { Page } from '../following/follow.js';
import { comparePositions, type Position, type ReadOptions, type RecordedEvent, start } from '../port.js';
import { explainReadFailure, isMissingStream, isNotLeader } from './failures.js';
import type { Names } from './names.js';
import { placeOf, positionOf } from './positions.js';
import { toRecorded } from './stored-form.js';
import { Silence } from './time-limit.js';
import type { Turns } from './turns.js';

/** Of a page, whatever comes first; one event at least. */
const pageLimits = { events: 1_000, bytes: 8_000_000 };

/** Whoever has just been chosen, or is about to be, may send us on a few times. */
const leaderTries = 3;

/** Reads from the leader alone: a follower may be behind, and would say that there is nothing more. */
const fromLeader = { requiresLeader: true };

export interface Reading {
  readonly client: EventStoreDBClient;
  readonly names: Names;
  /** For streams, of which hundreds may be asked for at once; a server takes 100 calls on a connection. */
  readonly turns: Turns;
  /** Between two events, and before the first. */
  readonly silenceMilliseconds: number;
}

/** @see EventStore.readStream */
export async function* readStream(
  reading: Reading,
  stream: string,
  { from, limit = Number.POSITIVE_INFINITY, backwards = false }: ReadOptions,
): AsyncIterable<RecordedEvent> {
  let next = backwards && from !== undefined ? await notBeyondEnd(reading, stream, from) : from;
  let left = limit;
  while (left > 0 && !(backwards && next !== undefined && next < 1n)) {
    const page = await readPage(reading, stream, { from: next, limit: left, backwards });
    yield* page.events;
    const last = page.events.at(-1);
    if (!last || page.isLast) return;
    left -= page.events.length;
    next = last.revision + (backwards ? -1n : 1n);
  }
}

/** From beyond the end EventStoreDB does not read backwards as from the end. */
async function notBeyondEnd(reading: Reading, stream: string, from: bigint): Promise<bigint> {
  const { events } = await readPage(reading, stream, { limit: 1, backwards: true });
  const last = events[0]?.revision ?? 0n;
  return from < last ? from : last;
}

interface PageAsk {
  readonly from?: bigint | undefined;
  readonly limit: number;
  readonly backwards?: boolean;
}

/** The next events of a stream; it is the last page when the stream or the limit ends there. */
export async function readPage(
  { client, names, turns, silenceMilliseconds }: Reading,
  stream: string,
  { from, limit, backwards = false }: PageAsk,
): Promise<{ events: RecordedEvent[]; isLast: boolean }> {
  const maxCount = Math.min(limit, pageLimits.events);
  const first = backwards ? END : START;
  const readOnce = async () => {
    const page = createPage(maxCount);
    const read = client.readStream(names.outside(stream), {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromRevision: from === undefined || from < 1n ? first : from - 1n,
      maxCount,
      ...fromLeader,
    });
    const isRead = await consume(
      read,
      silenceMilliseconds,
      ({ event }) => event === undefined || page.add(toRecorded(event, names)),
    ).catch((error: unknown) => {
      if (isMissingStream(error)) return true;
      throw error;
    });
    return { events: page.events, isLast: isRead && (page.events.length < maxCount || maxCount === limit) };
  };
  return fromTheLeader(() => turns.take(readOnce));
}

/** The next events of ours after a position; those of EventStoreDB itself and of others are left out. */
export async function readLog(
  { client, names, silenceMilliseconds }: Reading,
  after: Position,
): Promise<Page> {
  let from = after;
  for (;;) {
    // One more than is wanted tells that there is more, and the first one is known.
    const maxCount = pageLimits.events + 2;
    const { events, last, isRead } = await fromTheLeader(async () => {
      const page = createPage(pageLimits.events);
      let last = from;
      let count = 0;
      const read = client.readAll({ fromPosition: placeOf(from), maxCount, ...fromLeader });
      const isRead = await consume(read, silenceMilliseconds, ({ event }) => {
        if (event === undefined) return true;
        const position = positionOf(event.position);
        count += 1;
        if (count === 1 && from !== start) {
          return requireSame(position, from, from !== after || names.isOurs(event));
        }
        last = position;
        return !names.isOurs(event) || page.add(toRecorded(event, names));
      });
      return { events: page.events, last, isRead: isRead && count < maxCount };
    });
    if (isRead || events.length > 0) return { events, caughtUp: isRead };
    from = last;
  }
}

/** Reading begins with the event that was read last, and nothing else can stand there in the same log. */
function requireSame(found: Position, wanted: Position, isOurs: boolean): true {
  if (found === wanted && isOurs) return true;
  throw new RangeError(
    `There is no event of ours at position ${wanted} of this log: it comes from another one.`,
  );
}

/**
 * Knows the position of the last event of ours. Those of EventStoreDB itself and of others that stand after it are
 * passed once.
 */
export function createHeadReader({ client, names, silenceMilliseconds }: Reading): () => Promise<Position> {
  let head: Position = start;
  /** There is nothing of ours between the head and here. */
  let passed: Position = start;
  return () =>
    fromTheLeader(async () => {
      let newest: Position | undefined;
      let found: Position | undefined;
      const read = client.readAll({ direction: BACKWARDS, fromPosition: END, ...fromLeader });
      await consume(read, silenceMilliseconds, ({ event }) => {
        if (event === undefined) return true;
        const position = positionOf(event.position);
        newest ??= position;
        if (comparePositions(position, passed) <= 0) return false;
        if (names.isOurs(event)) found = position;
        return found === undefined;
      });
      if (found !== undefined && comparePositions(found, head) > 0) head = found;
      if (newest !== undefined && comparePositions(newest, passed) > 0) passed = newest;
      return head;
    });
}

function createPage(eventsMax: number): { events: RecordedEvent[]; add(event: RecordedEvent): boolean } {
  const events: RecordedEvent[] = [];
  let bytes = 0;
  return {
    events,
    /** @returns false when it does not fit any more */
    add(event) {
      bytes += event.data.length + event.metadata.length;
      if (events.length > 0 && (events.length >= eventsMax || bytes > pageLimits.bytes)) return false;
      events.push(event);
      return true;
    },
  };
}

/**
 * Takes events until there are no more, or one is not wanted.
 * @returns whether there are no more
 * @throws Silence; what the client throws
 */
export async function consume<Event extends ResolvedEvent | AllStreamResolvedEvent>(
  read: StreamingRead<Event>,
  silenceMilliseconds: number,
  take: (event: Event) => boolean,
): Promise<boolean> {
  // What fails after we have turned away concerns nobody.
  read.on('error', () => undefined);
  const timer = setTimeout(() => read.destroy(new Silence(silenceMilliseconds)), silenceMilliseconds);
  try {
    for await (const event of read) {
      timer.refresh();
      if (!take(event)) return false;
    }
    return true;
  } finally {
    clearTimeout(timer);
    read.cancel().catch(() => undefined);
  }
}

/** @throws StoreUnavailable; RangeError */
async function fromTheLeader<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (attempt === leaderTries || !isNotLeader(error)) throw explainReadFailure(error);
    }
  }
}
