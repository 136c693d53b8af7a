import type { DomainEvent, EventType, Metadata, Recorded } from '../../domain/recorded.js';
import type { KeyRing } from '../../platform/key-ring.js';
import { open, seal } from '../../platform/seal.js';
import type { EncodedEvent, RecordedEvent } from '../port.js';
import { formats, personalMetadata } from './formats.js';

/** A domain event about to be stored. */
export interface NewEvent {
  readonly id: string;
  readonly event: DomainEvent;
  readonly metadata: Metadata;
}

/** Between domain events and the bytes of the log: JSON in UTF-8, personal fields sealed one by one. */
export interface Codec {
  encode(events: readonly NewEvent[]): Promise<EncodedEvent[]>;
  /** @throws UnreadableEvent naming the event when its name, version or seal is unknown */
  decode(events: readonly RecordedEvent[], options?: DecodeOptions): Promise<Recorded[]>;
}

export interface DecodeOptions {
  /**
   * Leaves out the addresses in the metadata (client IP, user agent) instead of opening them: opening is most
   * of the cost of decoding, and who follows the log has no use for them.
   */
  readonly withoutAddresses?: boolean;
}

/** What a personal field reads as once its data key is destroyed. */
export const erased = '(erased)';

/** The log holds something this version of the program cannot read. Nothing is skipped: this stops. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/** A sealed field as it stands in the JSON: the subject whose data key opens it, and the box in base64. */
interface SealedField {
  readonly sealed: string;
  readonly box: string;
}

type Fields = Record<string, unknown>;
type SubjectOf = (event: DomainEvent, metadata: Metadata) => string;

export function createCodec(keyRing: KeyRing): Codec {
  async function encodeOne({ id, event, metadata }: NewEvent): Promise<EncodedEvent> {
    const { type, ...fields } = event;
    const { schema } = formats[type];
    const data: Fields = { ...fields };
    for (const [field, subjectOf] of personalFieldsOf(type)) {
      await sealField(data, field, subjectOf(event, metadata), id);
    }
    const told: Fields = { schema, ...metadata };
    for (const [field, subjectOf] of Object.entries(personalMetadata)) {
      await sealField(told, field, subjectOf(metadata), id);
    }
    return { id, type, data: toBytes(data), metadata: toBytes(told) };
  }

  async function sealField(fields: Fields, field: string, subject: string, eventId: string): Promise<void> {
    const text = fields[field];
    if (typeof text !== 'string') return;
    const key = await keyRing.keyFor(subject);
    const box = seal(key, contextOf(eventId, field), Buffer.from(text, 'utf8'));
    fields[field] = { sealed: subject, box: box.toString('base64') } satisfies SealedField;
  }

  return {
    encode: (events) => Promise.all(events.map(encodeOne)),
    async decode(events, { withoutAddresses = false } = {}) {
      const boxes: Box[] = [];
      const recorded = events.map((event) => parse(event, withoutAddresses, boxes));
      if (boxes.length === 0) return recorded;
      const keys = await keyRing.keysOf(boxes.map(({ content }) => content.sealed));
      for (const box of boxes) box.of[box.field] = openBox(box, keys.get(box.content.sealed));
      return recorded;
    },
  };
}

/** A field that waits to be opened. */
interface Box {
  readonly recorded: RecordedEvent;
  readonly of: Fields;
  readonly field: string;
  readonly content: SealedField;
}

const addressFields = Object.keys(personalMetadata);
/** What reading an event asks for, by the name in the log. */
const known = new Map(
  Object.entries(formats).map(([type, { schema, personal }]) => [
    type,
    // A name that is the same text everywhere: tables compare it again and again, and so by its address.
    { type: type as EventType, schema, personal: Object.keys(personal) },
  ]),
);

/**
 * The one place where bytes of the log become typed: their name and version are checked here. It is written for
 * speed, for it is most of what reading the log costs.
 * @param boxes is given what is sealed in the event
 */
function parse(recorded: RecordedEvent, withoutAddresses: boolean, boxes: Box[]): Recorded {
  const format = known.get(recorded.type);
  if (!format) throw unreadable(recorded, 'its name is unknown');
  const { schema, ...told } = fromBytes(recorded, recorded.metadata);
  if (schema !== format.schema) throw unreadable(recorded, `its schema version ${String(schema)} is unknown`);
  const metadata = withoutAddresses ? leaveOutAddresses(told) : told;
  const event = fromBytes(recorded, recorded.data);
  event.type = format.type;
  for (const field of format.personal) addBox(boxes, recorded, event, field);
  if (!withoutAddresses) for (const field of addressFields) addBox(boxes, recorded, metadata, field);
  return {
    id: recorded.id,
    stream: recorded.stream,
    revision: Number(recorded.revision),
    position: recorded.position,
    event: event as unknown as DomainEvent,
    metadata: metadata as unknown as Metadata,
  };
}

/** Most events of the service itself have none, and are left as they are. */
function leaveOutAddresses(told: Fields): Fields {
  if (!addressFields.some((field) => field in told)) return told;
  return Object.fromEntries(Object.entries(told).filter(([field]) => !addressFields.includes(field)));
}

function addBox(boxes: Box[], recorded: RecordedEvent, of: Fields, field: string): void {
  const content = of[field];
  if (content !== undefined && content !== null) {
    boxes.push({ recorded, of, field, content: content as SealedField });
  }
}

/** @param key null when it was destroyed, undefined when nobody ever had it */
function openBox({ recorded, field, content }: Box, key: Uint8Array | null | undefined): string {
  if (key === undefined) throw unreadable(recorded, `the key ring has no data key ${content.sealed}`);
  return key === null ? erased : openField(recorded, field, key, content);
}

function openField(recorded: RecordedEvent, field: string, key: Uint8Array, content: SealedField): string {
  try {
    return open(key, contextOf(recorded.id, field), Buffer.from(content.box, 'base64')).toString('utf8');
  } catch (cause) {
    throw unreadable(recorded, `its field ${field} does not open with the data key ${content.sealed}`, cause);
  }
}

/** A box belongs to one field of one event: moved elsewhere it does not open. */
function contextOf(eventId: string, field: string): string {
  return `${eventId}/${field}`;
}

function personalFieldsOf(type: EventType): [string, SubjectOf][] {
  return Object.entries(formats[type].personal) as [string, SubjectOf][];
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), 'utf8');
}

function fromBytes(recorded: RecordedEvent, bytes: Uint8Array): Fields {
  const value = jsonOf(recorded, bytes);
  if (typeof value === 'object' && value !== null) return value as Fields;
  throw unreadable(recorded, 'it is JSON, but not an object');
}

function jsonOf(recorded: RecordedEvent, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(bufferOf(bytes).toString('utf8'));
  } catch (cause) {
    throw unreadable(recorded, 'it is not JSON', cause);
  }
}

/** The same bytes: most of what following the log costs is decoding, and a copy each would be to no end. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unreadable(recorded: RecordedEvent, why: string, cause?: unknown): UnreadableEvent {
  const place = `${recorded.type} at position ${recorded.position} (${recorded.stream})`;
  return new UnreadableEvent(`The event ${place} cannot be read: ${why}.`, { cause });
}
