import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Batch,
  checkAppend,
  comparePositions,
  type EventStore,
  type FollowOptions,
  type Position,
  type ReadOptions,
  type RecordedEvent,
  StoreUnavailable,
} from '../port.js';
import { MemoryLog } from './log.js';

export { MemoryLog } from './log.js';

const batchSize = 1_000;

/** A store for tests and tools. It behaves like the real ones, and forgets everything with the log. */
export function createMemoryEventStore(log = new MemoryLog()): EventStore {
  const closing = new AbortController();

  /** What a real store does takes a while; nobody may rely on an answer in the same turn. */
  async function arrive(): Promise<void> {
    await nextTurn();
    if (closing.signal.aborted) throw new StoreUnavailable('The store is closed.');
  }

  return {
    async append(stream, expected, events) {
      checkAppend(stream, expected, events);
      await arrive();
      return log.append(stream, expected, events);
    },
    async *readStream(stream, range = {}) {
      await arrive();
      yield* cut(log.readStream(stream), range);
    },
    async *follow({ after, signal }) {
      yield* follow(log, { after, signal: AbortSignal.any([signal, closing.signal]) });
      if (!signal.aborted) throw new StoreUnavailable('The store is closed.');
    },
    async head() {
      await arrive();
      return log.head;
    },
    async close() {
      await nextTurn();
      closing.abort();
    },
  };
}

function cut(events: RecordedEvent[], { from, limit, backwards = false }: ReadOptions): RecordedEvent[] {
  const found = backwards
    ? events.filter(({ revision }) => from === undefined || revision <= from).reverse()
    : events.filter(({ revision }) => from === undefined || revision >= from);
  return found.slice(0, limit);
}

async function* follow(log: MemoryLog, { after, signal }: FollowOptions): AsyncIterable<Batch> {
  if (comparePositions(after, log.head) > 0) {
    throw new RangeError(`Position ${after} is beyond the head of this log, which is ${log.head}.`);
  }
  let position: Position = after;
  while (!signal.aborted) {
    await nextTurn();
    if (signal.aborted) return;
    const events = log.readAfter(position, batchSize);
    position = events.at(-1)?.position ?? position;
    yield { events, position, caughtUp: position === log.head };
    // Nothing can be stored between the look and the listening, which are one turn.
    if (position === log.head) await nextAppend(log, signal);
  }
}

async function nextAppend(log: MemoryLog, signal: AbortSignal): Promise<void> {
  await once(log.news, 'append', { signal }).catch(() => undefined);
}
