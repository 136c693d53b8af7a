import {
  type AllStreamRecordedEvent,
  binaryEvent,
  type EventData,
  type JSONType,
  jsonEvent,
  type RecordedEvent as StoreEvent,
} from '@eventstore/db-client';
import type { EncodedEvent, RecordedEvent } from '../port.js';
import type { Names } from './names.js';
import { positionOf } from './positions.js';

/**
 * How bytes get into EventStoreDB and come out again unchanged. Its client reads JSON for its callers and forgets the
 * bytes. So what JSON gives back byte by byte is stored as JSON, which the tools of EventStoreDB can show and search;
 * anything else is stored as bytes that cannot be mistaken for JSON.
 */

/** Before metadata that is not to be read as JSON: no JSON begins with it. */
const mark = 0;

/** Of servers before 22.6 in place of the positions that they do not know. */
const unknownPosition = 2n ** 63n;

export function toProposed({ id, type, data, metadata }: EncodedEvent): EventData {
  const kept = metadata.length === 0 || exactJson(metadata) !== undefined ? metadata : marked(metadata);
  // The client recognises bytes by their constructor, which must not be Buffer.
  const common = { id, type, metadata: Uint8Array.from(kept) };
  const json = exactJson(data);
  return json === undefined ? binaryEvent({ ...common, data }) : jsonEvent({ ...common, data: json });
}

/** @throws Error in words when the server is too old to tell positions */
export function toRecorded(stored: StoreEvent | AllStreamRecordedEvent, names: Names): RecordedEvent {
  const { position, streamId, revision, id, type, data, isJson } = stored;
  if (!position || position.commit >= unknownPosition) {
    throw new Error(
      'EventStoreDB does not tell where an event of a stream stands: it must be 22.6 or later.',
    );
  }
  return {
    stream: names.inside(streamId),
    revision: revision + 1n,
    position: positionOf(position),
    id,
    type,
    data: isJson ? jsonBytes(data) : data,
    metadata: metadataBytes(stored.metadata),
  };
}

function metadataBytes(metadata: unknown): Uint8Array {
  if (metadata === undefined) return new Uint8Array();
  if (!(metadata instanceof Uint8Array)) return jsonBytes(metadata);
  return metadata[0] === mark ? metadata.subarray(1) : metadata;
}

function marked(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 1);
  result[0] = mark;
  result.set(bytes, 1);
  return result;
}

/** What the bytes say in JSON, if writing that gives the same bytes. */
function exactJson(bytes: Uint8Array): JSONType | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    const value = JSON.parse(text) as JSONType;
    return jsonBytes(value).equals(bytes) ? value : undefined;
  } catch {
    return undefined;
  }
}

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
