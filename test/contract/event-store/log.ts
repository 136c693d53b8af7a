import { randomUUID } from 'node:crypto';
import type {
  AppendResult,
  Batch,
  EncodedEvent,
  EventStore,
  FollowOptions,
  Position,
  RecordedEvent,
} from '../../../src/event-store/port.js';

/** A log under test. */
export interface LogUnderTest {
  readonly store: EventStore;
  /** A further store on the same log, as another process has it. Closed with the log. */
  another(): EventStore;
  /** Closes the stores and removes the log. */
  cleanup(): Promise<void>;
}

export function anEvent(given: Partial<EncodedEvent> = {}): EncodedEvent {
  return { id: randomUUID(), type: 'Happened', data: bytes('{}'), metadata: bytes('{"schema":1}'), ...given };
}

export function someEvents(count: number, given: Partial<EncodedEvent> = {}): EncodedEvent[] {
  return Array.from({ length: count }, () => anEvent(given));
}

/** A Uint8Array and no Buffer, as a codec may give it. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export async function readAll(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  return collect(store.readStream(stream));
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Follows until the last event satisfies, or the log is caught up with when there is no condition. */
export async function followUntil(
  store: EventStore,
  after: Position,
  done: (seen: readonly RecordedEvent[], batch: Batch) => boolean = (_, { caughtUp }) => caughtUp,
  options: Partial<FollowOptions> = {},
): Promise<RecordedEvent[]> {
  const seen: RecordedEvent[] = [];
  for await (const batch of store.follow({ after, signal: new AbortController().signal, ...options })) {
    seen.push(...batch.events);
    if (done(seen, batch)) break;
  }
  return seen;
}

/** What a stored event looks like, bytes as hexadecimal digits, for comparison. */
export function plain({
  stream,
  revision,
  id,
  type,
  data,
  metadata,
}: Omit<RecordedEvent, 'position'>): unknown {
  return { stream, revision, id, type, data: hex(data), metadata: hex(metadata) };
}

export function idsOf(events: readonly EncodedEvent[]): string[] {
  return events.map(({ id }) => id);
}

export function stored(result: AppendResult): Extract<AppendResult, { ok: true }> {
  if (!result.ok) throw new Error(`The append was refused; the stream holds ${result.actual} events.`);
  return result;
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}
