import { EventEmitter } from 'node:events';
import type { AppendResult, EncodedEvent, Position, RecordedEvent } from '../port.js';

/** The events of a log in memory. Stores that share one are like processes that share a database. */
export class MemoryLog {
  /** Emits `append` after events were stored. */
  readonly news = new EventEmitter<{ append: [] }>().setMaxListeners(0);
  /** The event at position n has the index n - 1. */
  readonly #events: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();

  get head(): Position {
    return String(this.#events.length) as Position;
  }

  /** @see EventStore.append */
  append(stream: string, expected: bigint, events: readonly EncodedEvent[]): AppendResult {
    const stored = this.#streams.get(stream) ?? [];
    if (BigInt(stored.length) !== expected) return findRepeat(stored, expected, events);
    const recorded = events.map((event, index) => ({
      ...copy(event),
      stream,
      revision: expected + BigInt(index + 1),
      position: String(this.#events.length + index + 1) as Position,
    }));
    this.#events.push(...recorded);
    this.#streams.set(stream, stored);
    stored.push(...recorded);
    this.news.emit('append');
    return { ok: true, revision: expected + BigInt(events.length), position: this.head };
  }

  /** Copies, so that nobody can change what is stored. */
  readAfter(position: Position, limit: number): RecordedEvent[] {
    const first = Number(BigInt(position));
    return this.#events.slice(first, first + limit).map(copy);
  }

  readStream(stream: string): RecordedEvent[] {
    return (this.#streams.get(stream) ?? []).map(copy);
  }
}

function findRepeat(
  stored: readonly RecordedEvent[],
  expected: bigint,
  events: readonly EncodedEvent[],
): AppendResult {
  const earlier = stored.slice(Number(expected), Number(expected) + events.length);
  const last = earlier.at(-1);
  const same = earlier.length === events.length && earlier.every(({ id }, index) => id === events[index]?.id);
  return last && same
    ? { ok: true, revision: last.revision, position: last.position }
    : { ok: false, actual: BigInt(stored.length) };
}

function copy<Event extends EncodedEvent>(event: Event): Event {
  return { ...event, data: Uint8Array.from(event.data), metadata: Uint8Array.from(event.metadata) };
}
