import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/index.js';
import {
  type Batch,
  comparePositions,
  type EventStore,
  type Position,
  type RecordedEvent,
  start,
} from '../../src/event-store/port.js';
import type { LogUnderTest } from './event-store/log.js';

/** The log of a server that holds nothing else. */
export function openEventStoreDbLog(url: string, forget: () => void): LogUnderTest {
  const stores: EventStore[] = [];
  function another(): EventStore {
    const store = createEventStoreDbEventStore({ url });
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
  return {
    ...log,
    store: partOf(log.store, prefix, beginning),
    another: () => partOf(log.another(), prefix, beginning),
  };
}

function partOf(store: EventStore, prefix: string, beginning: Promise<Position>): EventStore {
  const isOurs = ({ stream }: RecordedEvent) => stream.startsWith(prefix);
  const outside = async (position: Position) => (position === start ? await beginning : position);
  const inside = async (position: Position) =>
    comparePositions(position, await beginning) <= 0 ? start : position;
  const stripped = (event: RecordedEvent) => ({ ...event, stream: event.stream.slice(prefix.length) });

  async function* follow(options: Parameters<EventStore['follow']>[0]): AsyncIterable<Batch> {
    let position = options.after;
    let isFirst = true;
    for await (const batch of store.follow({ ...options, after: await outside(options.after) })) {
      const events = batch.events.filter(isOurs).map(stripped);
      position = events.at(-1)?.position ?? position;
      // What others stored meanwhile does not happen here.
      if (events.length > 0 || (isFirst && batch.caughtUp)) yield { ...batch, events, position };
      isFirst &&= !batch.caughtUp;
    }
  }

  return {
    // Names have their limit, and a name that breaks it or is empty must break it here too.
    append: (stream, expected, events) =>
      store.append(stream === '' ? stream : prefix + stream, expected, events),
    async *readStream(stream, range) {
      for await (const event of store.readStream(prefix + stream, range)) yield stripped(event);
    },
    follow,
    async head() {
      // The last event of ours; the log of a used server may go on after it.
      await store.head();
      let last: Position = await beginning;
      for await (const batch of store.follow({ after: last, signal: new AbortController().signal })) {
        last = batch.events.findLast(isOurs)?.position ?? last;
        if (batch.caughtUp) break;
      }
      return inside(last);
    },
    close: () => store.close(),
  };
}
