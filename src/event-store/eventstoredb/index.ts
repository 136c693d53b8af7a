import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { type FollowSource, follow } from '../following/follow.js';
import { HeadWatch } from '../following/head-watch.js';
import { sharePages } from '../following/shared-pages.js';
import {
  type AppendResult,
  checkAppend,
  type EncodedEvent,
  type EventStore,
  StoreUnavailable,
} from '../port.js';
import { append } from './append.js';
import { borrowAppender } from './appender.js';
import { Lanes } from './lanes.js';
import { createNames, isItsOwn } from './names.js';
import { News } from './news.js';
import { placeOf } from './positions.js';
import { createHeadReader, type Reading, readLog, readPage, readStream } from './read.js';
import { Turns } from './turns.js';

const farewellMilliseconds = 1_000;
/** Each waits for the others of the connection, and large ones for long: more at once would be taken for a silent server. */
const readsUnderwayMax = 8;

/** How long to wait, in milliseconds; a leader is chosen again within seconds. */
export interface Timeouts {
  /** For the answer to one try of an append. */
  readonly try: number;
  /** For all tries together. */
  readonly append: number;
  /** For the next event of what is read. */
  readonly read: number;
}

const defaultTimeouts: Timeouts = { try: 2_000, append: 4_500, read: 4_000 };

export interface EventStoreDbOptions {
  /** `esdb://…`, as EventStoreDB's own clients take it. */
  readonly url: string;
  /** Of the names of our streams in an EventStoreDB that others use as well; without dots. Default: none. */
  readonly prefix?: string | undefined;
  readonly timeouts?: Partial<Timeouts>;
  /** How often to look for new events where no news came. Default: 1,000. */
  readonly pollMilliseconds?: number;
  /** Told of every append once it is settled. */
  readonly onAppend?: (seconds: number) => void;
}

/** The log on EventStoreDB 22.6 or later, one server or a cluster. Connections are made when they are first needed. */
export function createEventStoreDbEventStore(options: EventStoreDbOptions): EventStore {
  const { url, prefix = '', pollMilliseconds = 1_000, onAppend = () => undefined } = options;
  const names = createNames(prefix);
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const appender = borrowAppender(url);
  const reading: Reading = {
    client: EventStoreDBClient.connectionString(url),
    names,
    turns: new Turns(readsUnderwayMax),
    silenceMilliseconds: timeouts.read,
  };
  const readHead = createHeadReader(reading);
  const news = new News(reading.client, names, (position) => watch.advance(position));
  const watch = new HeadWatch(async () => {
    const head = await readHead();
    news.expect(head);
    return head;
  }, pollMilliseconds);
  const source: FollowSource = { readHead: head, readLog: (after) => readLog(reading, after), watch };
  const sharedSource: FollowSource = { ...source, readLog: sharePages(source.readLog) };
  const lanes = new Lanes();
  const closing = new AbortController();
  let listening: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const appendParts = {
    appender,
    names,
    read: async (stream: string, from: bigint, limit: number) =>
      (await readPage(reading, stream, { from, limit })).events,
    tryMilliseconds: timeouts.try,
    deadlineMilliseconds: timeouts.append,
    closing: closing.signal,
  };

  function requireOpen(): void {
    if (closing.signal.aborted) throw new StoreUnavailable('The store is closed.');
  }

  async function head() {
    requireOpen();
    return watch.look();
  }

  async function appendInTurn(
    stream: string,
    expected: bigint,
    events: readonly EncodedEvent[],
  ): Promise<AppendResult> {
    const since = performance.now();
    try {
      const result = await lanes.run(stream, () => append(appendParts, stream, expected, events));
      if (result.ok) watch.advance(result.position);
      return result;
    } finally {
      onAppend((performance.now() - since) / 1_000);
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    await lanes.idle();
    const ended = Promise.all([listening, appender.release(), reading.client.dispose()]);
    await Promise.race([ended, sleep(farewellMilliseconds, undefined, { ref: false })]);
  }

  return {
    async append(stream, expected, events) {
      checkAppend(stream, expected, events);
      requireOurs(stream, events);
      requireOpen();
      return appendInTurn(stream, expected, events);
    },
    async *readStream(stream, range = {}) {
      requireOpen();
      yield* readStream(reading, stream, range);
    },
    async *follow({ after, signal, alone = false }) {
      requireOpen();
      placeOf(after);
      listening ??= news.listen(closing.signal);
      yield* follow(alone ? source : sharedSource, {
        after,
        signal: AbortSignal.any([signal, closing.signal]),
      });
      if (!signal.aborted) throw new StoreUnavailable('The store is closed.');
    },
    head,
    close: () => (closed ??= close()),
  };
}

/** Names that begin so are EventStoreDB's own, and whoever follows the log is not shown them. */
function requireOurs(stream: string, events: readonly EncodedEvent[]): void {
  if (![stream, ...events.map(({ type }) => type)].some(isItsOwn)) return;
  throw new RangeError('Names of streams and types cannot begin with $, which are those of EventStoreDB.');
}
