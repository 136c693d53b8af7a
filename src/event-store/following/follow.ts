import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Batch,
  comparePositions,
  type FollowOptions,
  type Position,
  type RecordedEvent,
} from '../port.js';
import { untilAborted } from './abortable.js';
import type { HeadWatch } from './head-watch.js';

/** The next events of a log after a position, none left out. */
export interface Page {
  readonly events: readonly RecordedEvent[];
  /** It ends at the head of the log as it was when the page was read. */
  readonly caughtUp: boolean;
}

export interface FollowSource {
  readonly readHead: () => Promise<Position>;
  /** A page without events says that there is nothing more. */
  readonly readLog: (after: Position) => Promise<Page>;
  readonly watch: HeadWatch;
}

/** @see EventStore.follow */
export async function* follow(source: FollowSource, { after, signal }: FollowOptions): AsyncIterable<Batch> {
  const head = await untilAborted(source.readHead(), signal);
  if (head !== undefined && comparePositions(after, head) > 0) {
    throw new RangeError(`Position ${after} is beyond the head of this log, which is ${head}.`);
  }
  let position = after;
  let ahead: Promise<Page> | undefined;
  while (!signal.aborted) {
    const page = await untilAborted(ahead ?? source.readLog(position), signal);
    if (!page || signal.aborted) return;
    position = page.events.at(-1)?.position ?? position;
    // The log reads the next page while this one is worked on.
    ahead = page.caughtUp ? undefined : source.readLog(position);
    // Whoever takes it hears of a failure; until then nobody does, and that is no reason to end the process.
    ahead?.catch(() => undefined);
    // It is asked for in the next turn of the event loop, which else would come when the page is worked through.
    if (ahead) await nextTurn();
    yield { ...page, position };
    if (!page.caughtUp) continue;
    // Nothing to read although something was said to be there, or just the beginning.
    if (page.events.length === 0) await untilAborted(source.watch.check(), signal);
    await source.watch.beyond(position, signal);
  }
}
