import type { EventType, Recorded } from '../domain/recorded.js';
import type { Codec, NewEvent } from './codec/codec.js';
import type {
  AppendResult,
  EventStore,
  FollowOptions,
  Position,
  ReadOptions,
  RecordedEvent,
} from './port.js';
import { shareDecoding } from './shared-decoding.js';

export type { NewEvent };

export interface LedgerBatch {
  readonly events: readonly Recorded[];
  readonly position: Position;
  readonly caughtUp: boolean;
}

export interface FollowLedgerOptions extends FollowOptions {
  /** Types of events that are left out, undecoded. */
  readonly without?: ReadonlySet<EventType>;
}

/** The log in domain terms: the only part that knows both events and bytes. */
export interface Ledger {
  /** @see EventStore.append */
  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult>;
  /** Without the addresses in the metadata. @see EventStore.readStream */
  readStream(stream: string, options?: ReadOptions): AsyncIterable<Recorded>;
  /** Without the addresses in the metadata. @see EventStore.follow */
  follow(options: FollowLedgerOptions): AsyncIterable<LedgerBatch>;
  head(): Promise<Position>;
}

export function createLedger(store: EventStore, codec: Codec): Ledger {
  const decodeAlone = (events: readonly RecordedEvent[]) => codec.decode(events, { withoutAddresses: true });
  const decodeShared = shareDecoding(decodeAlone);
  return {
    async append(stream, expected, events) {
      const encoded = await codec.encode(events);
      return store.append(stream, BigInt(expected), encoded);
    },
    async *readStream(stream, options) {
      for await (const page of pages(store.readStream(stream, options))) yield* await decodeShared(page);
    },
    async *follow(options) {
      const decode = options.alone ? decodeAlone : decodeShared;
      const { without } = options;
      const asked = without ? { ...options, bodiless: without } : options;
      for await (const batch of store.follow(asked)) {
        const wanted = without
          ? batch.events.filter(({ type }) => !without.has(type as EventType))
          : batch.events;
        yield { ...batch, events: await decode(wanted) };
      }
    },
    head: () => store.head(),
  };
}

/** Decoding opens sealed fields, which may ask the key ring: cheaper for many events at once. */
async function* pages<T>(items: AsyncIterable<T>, size = 200): AsyncIterable<T[]> {
  let page: T[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
