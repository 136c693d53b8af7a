import { setTimeout as sleep } from 'node:timers/promises';
import { askTogether } from '../../platform/ask-together.js';
import { connectAhead } from '../../platform/postgres.js';
import { type FollowSource, follow } from '../following/follow.js';
import { HeadWatch } from '../following/head-watch.js';
import { sharePages } from '../following/shared-pages.js';
import { checkAppend, type EventStore, type Position, StoreUnavailable } from '../port.js';
import { createSendGroup } from './append-group.js';
import { defaultTimeouts, openConnections, type Timeouts } from './connections.js';
import { copyPage } from './copied-pages.js';
import { GroupCommit, type GroupReport } from './group-commit.js';
import { listen } from './listener.js';
import { readHead, readLog, readStream } from './read.js';
import { createStreamPages } from './stream-pages.js';

export type { GroupReport } from './group-commit.js';
export { migrations } from './migrations.js';

/** A server that is cut off does not say goodbye. */
const farewellMilliseconds = 1_000;

export interface PostgresEventStoreOptions {
  /** `postgres://…`, of a database in which `migrations` were applied to the schema `log`. */
  readonly url: string;
  readonly timeouts?: Partial<Timeouts>;
  /** How often to look for new events where no notification came. Default: 1,000. */
  readonly pollMilliseconds?: number;
  /** Told of every group of appends once it is settled. */
  readonly onGroup?: (report: GroupReport) => void;
  /** Opens the connections that whoever serves needs first, before they are asked for. Default: false. */
  readonly isServing?: boolean;
}

/** The log on Postgres. Connections are made when they are first needed, unless it is opened to serve. */
export function createPostgresEventStore(options: PostgresEventStoreOptions): EventStore {
  const { url, timeouts, pollMilliseconds = 1_000, onGroup = () => undefined, isServing = false } = options;
  const connections = openConnections(url, { ...defaultTimeouts, ...timeouts });
  // Two read when a start looks at the head and follows; the first command needs the third.
  if (isServing) connectAhead(connections.readers, connections.readers, connections.writer);
  // Each read model that another process keeps looks at it as often as this one.
  const readHeadTogether = askTogether<'head', Position>(async (asked) => {
    const found = await readHead(connections.readers);
    return asked.map(() => found);
  });
  const watch = new HeadWatch(() => readHeadTogether('head'), pollMilliseconds);
  const head = () => watch.look();
  const commit = new GroupCommit(createSendGroup(connections.writer), onGroup);
  const source: FollowSource = {
    readHead: head,
    readLog: sharePages((after) => readLog(connections.readers, after)),
    watch,
  };
  const copySource: FollowSource = { ...source, readLog: (after) => copyPage(connections.readers, after) };
  const bodilessSource = (types: ReadonlySet<string>): FollowSource => ({
    ...source,
    readLog: (after) => readLog(connections.readers, after, [...types]),
  });
  const readForwards = createStreamPages(connections.readers);
  const closing = new AbortController();
  let listening: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    await commit.close();
    closing.abort();
    const ended = Promise.all([listening, connections.writer.end(), connections.readers.end()]);
    await Promise.race([ended, sleep(farewellMilliseconds, undefined, { ref: false })]);
  }

  return {
    async append(stream, expected, events) {
      checkAppend(stream, expected, events);
      const result = await commit.append({ stream, expected, events });
      if (result.ok) watch.advance(result.position);
      return result;
    },
    readStream: (stream, range = {}) => readStream(connections.readers, readForwards, stream, range),
    async *follow({ after, signal, alone = false, bodiless }) {
      const shared = bodiless ? bodilessSource(bodiless) : source;
      listening ??= listen(connections.createListener, (position) => watch.advance(position), closing.signal);
      yield* follow(alone ? copySource : shared, {
        after,
        signal: AbortSignal.any([signal, closing.signal]),
      });
      if (!signal.aborted) throw new StoreUnavailable('The store is closed.');
    },
    head,
    close: () => (closed ??= close()),
  };
}
