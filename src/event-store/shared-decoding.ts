import { LRUCache } from 'lru-cache';
import type { Recorded } from '../domain/recorded.js';
import type { Position, RecordedEvent } from './port.js';

type Decode = (events: readonly RecordedEvent[]) => Promise<Recorded[]>;

/** Stored bytes of the newest events that are kept decoded. */
const keptBytes = 8_000_000;

/**
 * Decodes for all who read in this process: verification, every read model and the answer to a command want the
 * same newest events within milliseconds, most of them at the very same moment, and decoding is most of what
 * reading costs. The first decodes; who asks meanwhile waits for that.
 */
export function shareDecoding(decode: Decode): Decode {
  const kept = new LRUCache<Position, Recorded>({ maxSize: keptBytes });
  const underway = new Map<Position, Promise<Recorded[]>>();

  async function decodeAndKeep(events: readonly RecordedEvent[]): Promise<Recorded[]> {
    try {
      const decoded = await decode(events);
      for (const [i, { position, data, metadata }] of events.entries()) {
        kept.set(position, decoded[i], { size: data.length + metadata.length });
      }
      return decoded;
    } finally {
      for (const { position } of events) underway.delete(position);
    }
  }

  return async (events) => {
    const others = new Set(events.flatMap(({ position }) => underway.get(position) ?? []));
    // What another could not decode is missing below, and is tried again for who asks now.
    if (others.size > 0) await Promise.allSettled(others);
    const known = events.map(({ position }) => kept.get(position));
    const missing = events.filter((_, i) => known[i] === undefined);
    if (missing.length === 0) return known.flatMap((recorded) => recorded ?? []);
    const decoding = decodeAndKeep(missing);
    for (const { position } of missing) underway.set(position, decoding);
    const decoded = await decoding;
    let next = 0;
    return known.flatMap((recorded) => recorded ?? decoded[next++] ?? []);
  };
}
