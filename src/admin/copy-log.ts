import { leafHash } from '../audit/proof/leaf.js';
import {
  appendLimits,
  type EventStore,
  type Position,
  type RecordedEvent,
  sizeInBytes,
  start,
} from '../event-store/port.js';

export interface CopyProgress {
  /** `comparing` what was copied before, `copying` the rest, `verifying` all of it. */
  readonly phase: 'comparing' | 'copying' | 'verifying';
  /** Events of the source that this phase is through with; a copy begins where the comparison ended. */
  readonly events: number;
  /** Of the last of them, in the source. */
  readonly position: Position;
  readonly eventsPerSecond: number;
}

export interface Copying {
  readonly source: EventStore;
  readonly target: EventStore;
  /** Gives up; what is copied stays, and the next copy goes on behind it. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export interface Copied {
  /** In both logs now. */
  readonly events: number;
  /** Of them, those that were not in the target before. */
  readonly copied: number;
  /** What the source was given since it was copied: of a log at rest, nothing. */
  readonly left: number;
}

/** The target holds what the source does not, so it is not, and cannot become, a copy of it. */
export class LogsDiffer extends Error {
  override readonly name = 'LogsDiffer';
}

/**
 * Copies a log to another engine: the same events with the same ids, bytes, streams and revisions, in the same order,
 * so that the number and the hash of each leaf of the transparency log stay what they were. What the target has
 * already is compared first and not copied again: a copy that was broken off is simply started anew. In the end both
 * logs are read from their first event and compared by the hashes of their leaves.
 *
 * One append waits for the other, because only so does every engine keep their order.
 * @throws LogsDiffer; RangeError when an event is larger than an append may be; what the stores throw
 */
export async function copyLog(copying: Copying): Promise<Copied> {
  const before = await compare(copying, 'comparing');
  const copied = await copyRest(copying, before);
  const after = await compare(copying, 'verifying');
  return { events: after.events, copied, left: after.left };
}

interface Comparison {
  /** Alike, from the first on. */
  readonly events: number;
  /** Of the last of them in the source. */
  readonly position: Position;
  /** How many more the source has; not counted where the rest is about to be copied. */
  readonly left: number;
}

async function compare(copying: Copying, phase: 'comparing' | 'verifying'): Promise<Comparison> {
  const { source, target, signal } = copying;
  const tell = createTeller(copying, phase);
  const copies = eventsOf(target, start, signal);
  let [events, left, position] = [0, 0, start];
  for await (const event of eventsOf(source, start, signal)) {
    const { value: copy } = await copies.next();
    if (!copy && phase === 'comparing') break;
    if (copy) {
      if (!leafHash(event).equals(leafHash(copy))) throw differenceOf(events + 1, event, copy);
      events += 1;
      position = event.position;
      tell(events, position);
    } else left += 1;
  }
  const { value: extra } = await copies.next();
  if (extra)
    throw new LogsDiffer(`The target has ${wordsOf(extra)} after all ${events} events of the source.`);
  return { events, position, left };
}

function differenceOf(number: number, event: RecordedEvent, copy: RecordedEvent): LogsDiffer {
  const which =
    event.id === copy.id ? 'which is another event there' : `where the target has ${wordsOf(copy)}`;
  return new LogsDiffer(`The logs differ from event ${number} on: ${wordsOf(event)}, ${which}.`);
}

function wordsOf({ type, id, stream, revision }: RecordedEvent): string {
  return `${type} ${id} (${stream}, revision ${revision})`;
}

async function copyRest({ source, target, signal, onProgress }: Copying, from: Comparison): Promise<number> {
  const tell = createTeller({ onProgress }, 'copying');
  let copied = 0;
  for await (const run of runsOf(eventsOf(source, from.position, signal))) {
    const [first] = run;
    const last = run.at(-1);
    if (!first || !last) continue;
    const result = await target.append(first.stream, first.revision - 1n, run);
    if (!result.ok || result.revision !== last.revision) {
      throw new LogsDiffer(`The target has another stream ${first.stream}, or somebody else writes to it.`);
    }
    copied += run.length;
    tell(from.events + copied, last.position);
  }
  return copied;
}

/** Neighbours of one stream, as many as one append takes. */
async function* runsOf(events: AsyncIterable<RecordedEvent>): AsyncGenerator<RecordedEvent[]> {
  let run: RecordedEvent[] = [];
  let bytes = 0;
  for await (const event of events) {
    const size = sizeInBytes([event]);
    const fits = run.length < appendLimits.events && bytes + size <= appendLimits.bytes;
    if (run.length > 0 && (run.at(-1)?.stream !== event.stream || !fits)) {
      yield run;
      run = [];
      bytes = 0;
    }
    run.push(event);
    bytes += size;
  }
  if (run.length > 0) yield run;
}

/** Up to the end of the log, as it is when that is reached. */
async function* eventsOf(
  store: EventStore,
  after: Position,
  signal = new AbortController().signal,
): AsyncGenerator<RecordedEvent, undefined> {
  for await (const batch of store.follow({ after, signal, alone: true })) {
    yield* batch.events;
    if (batch.caughtUp) return undefined;
  }
  signal.throwIfAborted();
  return undefined;
}

const tellMilliseconds = 1_000;

function createTeller({ onProgress }: Pick<Copying, 'onProgress'>, phase: CopyProgress['phase']) {
  const began = performance.now();
  let toldAt = began;
  let first: number | undefined;
  return (events: number, position: Position): void => {
    first ??= events;
    const now = performance.now();
    if (now - toldAt < tellMilliseconds) return;
    toldAt = now;
    const eventsPerSecond = Math.round((1_000 * (events - first)) / (now - began));
    onProgress?.({ phase, events, position, eventsPerSecond });
  };
}
