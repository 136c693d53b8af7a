import { type AppendResult, type EncodedEvent, sizeInBytes } from '../port.js';

export interface Append {
  readonly stream: string;
  readonly expected: bigint;
  readonly events: readonly EncodedEvent[];
}

/** An append whose caller waits for the answer. */
export interface Waiting extends Append {
  readonly sinceMilliseconds: number;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

const groupLimits = { appends: 500, events: 1_000, bytes: 4_000_000 };
const queueLimits = { appends: 10_000, bytes: 64_000_000 };

/** What waits to be stored. It gives groups in which no stream stands twice, in the order of the calls. */
export class AppendQueue {
  /** By stream; the stream that waits longest comes first. */
  readonly #lanes = new Map<string, Waiting[]>();
  #appends = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** @returns false when the queue is full */
  add(append: Waiting): boolean {
    const bytes = this.#bytes + sizeInBytes(append.events);
    if (this.#appends >= queueLimits.appends || bytes > queueLimits.bytes) return false;
    const lane = this.#lanes.get(append.stream);
    if (lane) lane.push(append);
    else this.#lanes.set(append.stream, [append]);
    this.#appends += 1;
    this.#bytes = bytes;
    return true;
  }

  /** The first append of as many streams as fit; at least one, unless the queue is empty. */
  takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    let [events, bytes] = [0, 0];
    for (const [next] of this.#lanes.values()) {
      if (!next) continue;
      events += next.events.length;
      bytes += sizeInBytes(next.events);
      const fits =
        group.length < groupLimits.appends && events <= groupLimits.events && bytes <= groupLimits.bytes;
      if (!fits && group.length > 0) break;
      group.push(next);
    }
    for (const append of group) this.#remove(append);
    return group;
  }

  /** The rest of its stream goes to the end of the queue. */
  #remove({ stream, events }: Waiting): void {
    const rest = this.#lanes.get(stream)?.slice(1) ?? [];
    this.#lanes.delete(stream);
    if (rest.length > 0) this.#lanes.set(stream, rest);
    this.#appends -= 1;
    this.#bytes -= sizeInBytes(events);
  }
}
