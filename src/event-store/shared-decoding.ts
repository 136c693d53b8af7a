import { LRUCache } from 'lru-cache';
import type { Recorded } from '../domain/recorded.js';
import type { Position, RecordedEvent } from './port.js';

type Decode = (events: readonly RecordedEvent[]) => Promise<Recorded[]>;

/** Stored bytes of the newest events that are kept decoded. */
const keptBytes = 8_000_000;

/**
 * Decodes for all who read in this process: verification, every read model and the answer to a command want the
 * same newest events within milliseconds, and decoding is most of what reading costs.
 */
export function shareDecoding(decode: Decode): Decode {
  const kept = new LRUCache<Position, Recorded>({ maxSize: keptBytes });
  return async (events) => {
    const known = events.map(({ position }) => kept.get(position));
    const missing = events.filter((_, i) => known[i] === undefined);
    const decoded = await decode(missing);
    for (const [i, { position, data, metadata }] of missing.entries()) {
      kept.set(position, decoded[i], { size: data.length + metadata.length });
    }
    let next = 0;
    return known.flatMap((recorded) => recorded ?? decoded[next++] ?? []);
  };
}
