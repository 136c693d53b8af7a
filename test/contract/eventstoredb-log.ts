import { createHash } from 'node:crypto';
import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/index.js';
import {
  appendLimits,
  type Batch,
  comparePositions,
  type EventStore,
  type Position,
  type RecordedEvent,
  start,
} from '../../src/event-store/port.js';
import type { LogUnderTest } from './event-store/log.js';

/** No promise of the contract is about time, and the largest appends take a busy machine a while. */
const timeouts = { try: 10_000, append: 22_500, read: 20_000 };

/** The log of a server that holds nothing else. */
export function openEventStoreDbLog(url: string, forget: () => void): LogUnderTest {
  const stores: EventStore[] = [];
  function another(): EventStore {
    const store = createEventStoreDbEventStore({ url, timeouts });
    stores.push(store);
    return store;
  }
  return {
    store: another(),
    another,
    async cleanup() {
      await Promise.all(stores.map((store) => store.close()));
      forget();
    },
  };
}

/**
 * A part of the log of a server that was used before, as if it were all: the streams whose names begin with a
 * prefix that nobody else has.
 */
export function openPartOfEventStoreDbLog(url: string, prefix: string): LogUnderTest {
  const log = openEventStoreDbLog(url, () => undefined);
  const before = createEventStoreDbEventStore({ url });
  const beginning = before.head().finally(() => before.close());
  const names = createNames(prefix);
  return {
    ...log,
    store: partOf(log.store, names, beginning),
    another: () => partOf(log.another(), names, beginning),
  };
}

/** What streams of a part are called in the whole. */
interface Names {
  outside(stream: string): string;
  /** Undefined for a stream of others. */
  inside(stream: string): string | undefined;
}

/** Names that have no room for the prefix are shortened; those that break the limits must break them here too. */
function createNames(prefix: string): Names {
  const known = new Map<string, string>();
  return {
    outside(stream) {
      if (stream === '' || stream.length > appendLimits.nameLength) return stream;
      const isLong = stream.length + prefix.length > appendLimits.nameLength;
      const name = prefix + (isLong ? createHash('sha256').update(stream).digest('hex') : stream);
      known.set(name, stream);
      return name;
    },
    inside: (stream) => known.get(stream),
  };
}

function partOf(store: EventStore, names: Names, beginning: Promise<Position>): EventStore {
  const stripped = (event: RecordedEvent): RecordedEvent[] => {
    const stream = names.inside(event.stream);
    return stream === undefined ? [] : [{ ...event, stream }];
  };
  const outside = async (position: Position) => (position === start ? await beginning : position);
  const inside = async (position: Position) =>
    comparePositions(position, await beginning) <= 0 ? start : position;

  async function* follow(options: Parameters<EventStore['follow']>[0]): AsyncIterable<Batch> {
    let position = options.after;
    let isFirst = true;
    for await (const batch of store.follow({ ...options, after: await outside(options.after) })) {
      const events = batch.events.flatMap(stripped);
      position = events.at(-1)?.position ?? position;
      // What others stored meanwhile does not happen here.
      if (events.length > 0 || (isFirst && batch.caughtUp)) yield { ...batch, events, position };
      isFirst &&= !batch.caughtUp;
    }
  }

  return {
    append: (stream, expected, events) => store.append(names.outside(stream), expected, events),
    async *readStream(stream, range) {
      for await (const event of store.readStream(names.outside(stream), range)) yield* stripped(event);
    },
    follow,
    async head() {
      // The last event of ours; the log of a used server may go on after it.
      await store.head();
      let last: Position = await beginning;
      const { signal } = new AbortController();
      // Alone, because a page that was read for others may be older than the question.
      for await (const batch of store.follow({ after: last, signal, alone: true })) {
        last = batch.events.flatMap(stripped).at(-1)?.position ?? last;
        if (batch.caughtUp) break;
      }
      return inside(last);
    },
    close: () => store.close(),
  };
}
