import { createHash } from 'node:crypto';

/** What the transparency log says of an event; a `RecordedEvent` of the log fits. */
export interface LeafEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** UUID in lower-case canonical form. */
  readonly id: string;
  readonly type: string;
  /** As stored: encoded once, sealed fields still sealed. */
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

const prefix = Buffer.from('\u0000compass-leaf-v1', 'utf8');

/**
 * Hash of an event as a leaf of the transparency log, 32 bytes:
 *
 * SHA-256(0x00 ‖ "compass-leaf-v1" ‖ part(stream) ‖ part(revision) ‖ part(id) ‖ part(type) ‖
 * part(data) ‖ part(metadata)), where part(x) is the length of x in bytes as 4 bytes, big-endian,
 * and then x. Texts are UTF-8; the revision is its decimal digits, the id its 36 characters.
 *
 * 0x00 tells leaves from inner nodes (RFC 9162, 2.1.1), the lengths keep apart what would read alike
 * when joined. The position is absent on purpose, so that the leaf of a copied log stays the same.
 * It cannot change: every proof ever given rests on it. `test/golden/leaf.json` holds vectors.
 */
export function leafHash({ stream, revision, id, type, data, metadata }: LeafEvent): Buffer {
  const hash = createHash('sha256').update(prefix);
  for (const part of [stream, String(revision), id, type, data, metadata]) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    hash.update(lengthOf(bytes)).update(bytes);
  }
  return hash.digest();
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
}
