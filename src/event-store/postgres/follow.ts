import { type Batch, comparePositions, type FollowOptions, type Position } from '../port.js';
import { untilAborted } from './abortable.js';
import type { HeadWatch } from './head-watch.js';
import type { Page } from './read.js';

export interface FollowSource {
  readonly readHead: () => Promise<Position>;
  readonly readLog: (after: bigint) => Promise<Page>;
  readonly watch: HeadWatch;
}

/** @see EventStore.follow */
export async function* follow(source: FollowSource, { after, signal }: FollowOptions): AsyncIterable<Batch> {
  const head = await untilAborted(source.readHead(), signal);
  if (head !== undefined && comparePositions(after, head) > 0) {
    throw new RangeError(`Position ${after} is beyond the head of this log, which is ${head}.`);
  }
  let position = BigInt(after);
  let ahead: Promise<Page> | undefined;
  while (!signal.aborted) {
    const page = await untilAborted(ahead ?? source.readLog(position), signal);
    if (!page || signal.aborted) return;
    const batch = toBatch(position, page);
    position = BigInt(batch.position);
    // Postgres reads the next page while this one is worked on.
    ahead = batch.caughtUp ? undefined : source.readLog(position);
    // Whoever takes it hears of a failure; until then nobody does, and that is no reason to end the process.
    ahead?.catch(() => undefined);
    yield batch;
    if (!batch.caughtUp) continue;
    // Nothing to read although something was said to be there, or just the beginning.
    if (batch.events.length === 0) await untilAborted(source.watch.check(), signal);
    await source.watch.beyond(position, signal);
  }
}

function toBatch(after: bigint, { events, head }: Page): Batch {
  const position = events.at(-1)?.position ?? (String(after) as Position);
  if (BigInt(position) - after !== BigInt(events.length)) {
    throw new Error(`Events are missing from the log between the positions ${after} and ${position}.`);
  }
  return { events, position, caughtUp: position === head };
}
