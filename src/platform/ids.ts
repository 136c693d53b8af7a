import { createHash } from 'node:crypto';
import { stringify, v7 } from 'uuid';

/** A new UUIDv7: unique, and later ones sort after earlier ones (RFC 9562). */
export function newId(): string {
  return v7();
}

/**
 * An id that follows from another: the same seed and label always give the same one, so that what was
 * left half-done can be done again without doing it twice. It keeps the seed's time and is a UUIDv7 in form.
 * @param seed a UUIDv7
 */
export function deriveId(seed: string, label: string): string {
  const time = Buffer.from(seed.replaceAll('-', '').slice(0, 12), 'hex');
  const chance = createHash('sha256').update(`${seed}/${label}`).digest().subarray(0, 10);
  chance[0] = ((chance[0] ?? 0) & 0x0f) | 0x70;
  chance[2] = ((chance[2] ?? 0) & 0x3f) | 0x80;
  return stringify(Buffer.concat([time, chance]));
}
