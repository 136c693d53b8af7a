import type { Recorded } from '../../domain/recorded.js';
import type { NewEvent } from '../ledger.js';
import type { EncodedEvent, RecordedEvent } from '../port.js';

/** Between domain events and the bytes of the log. */
export interface Codec {
  encode(stream: string, events: readonly NewEvent[]): Promise<EncodedEvent[]>;
  /** @throws UnreadableEvent naming the event when its name, version or seal is unknown */
  decode(events: readonly RecordedEvent[]): Promise<Recorded[]>;
}
