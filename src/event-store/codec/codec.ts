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
      const parsed = events.map((event) => parse(event, withoutAddresses));
      const subjects = parsed.flatMap(({ boxes }) => boxes.map(({ content }) => content.sealed));
      const keys = subjects.length > 0 ? await keyRing.keysOf(subjects) : new Map<string, null>();
      return parsed.map((one) => opened(one, keys));
    },
  };
}

const addressFields = Object.keys(personalMetadata);

interface Box {
  readonly of: Fields;
  readonly field: string;
  readonly content: SealedField;
}

interface Parsed {
  readonly recorded: RecordedEvent;
  readonly type: EventType;
  readonly data: Fields;
  readonly metadata: Fields;
  readonly boxes: readonly Box[];
}

function parse(recorded: RecordedEvent, withoutAddresses: boolean): Parsed {
  const type = recorded.type as EventType;
  if (!Object.hasOwn(formats, type)) throw unreadable(recorded, 'its name is unknown');
  const data = fromBytes(recorded, recorded.data);
  const { schema, ...metadata } = fromBytes(recorded, recorded.metadata);
  if (schema !== formats[type].schema) {
    throw unreadable(recorded, `its schema version ${String(schema)} is unknown`);
  }
  if (withoutAddresses) for (const field of addressFields) Reflect.deleteProperty(metadata, field);
  const boxes = [
    ...boxesOf(
      data,
      personalFieldsOf(type).map(([field]) => field),
    ),
    ...boxesOf(metadata, addressFields),
  ];
  return { recorded, type, data, metadata, boxes };
}

function boxesOf(fields: Fields, personal: readonly string[]): Box[] {
  return personal
    .filter((field) => fields[field] !== undefined && fields[field] !== null)
    .map((field) => ({ of: fields, field, content: fields[field] as SealedField }));
}

/** The one place where bytes of the log become typed: their name and version were checked above. */
function opened(parsed: Parsed, keys: ReadonlyMap<string, Uint8Array | null>): Recorded {
  const { recorded, type, data, metadata, boxes } = parsed;
  for (const { of, field, content } of boxes) {
    const key = keys.get(content.sealed);
    if (key === undefined) throw unreadable(recorded, `the key ring has no data key ${content.sealed}`);
    of[field] = key === null ? erased : openField(recorded, field, key, content);
  }
  return {
    id: recorded.id,
    stream: recorded.stream,
    revision: Number(recorded.revision),
    position: recorded.position,
    event: { type, ...data } as DomainEvent,
    metadata: metadata as unknown as Metadata,
  };
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

function fromBytes(recorded: RecordedEvent, { buffer, byteOffset, byteLength }: Uint8Array): Fields {
  try {
    // A view of the bytes: most of what follows the log does is decoding, and a copy each would be to no end.
    return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')) as Fields;
  } catch (cause) {
    throw unreadable(recorded, 'it is not JSON', cause);
  }
}

function unreadable(recorded: RecordedEvent, why: string, cause?: unknown): UnreadableEvent {
  const place = `${recorded.type} at position ${recorded.position} (${recorded.stream})`;
  return new UnreadableEvent(`The event ${place} cannot be read: ${why}.`, { cause });
}
