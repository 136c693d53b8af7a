import { createHash, randomUUID } from 'node:crypto';

/**
 * A new UUIDv7 (RFC 9562): the milliseconds of its making, then 74 bits, random for the first id of a
 * millisecond. Each further one counts its last 16 bits up (section 6.2, method 2), at a quarter of the cost.
 */
export function newId(): string {
  return newIdAt(Date.now());
}

/** As above, for whoever has just looked at the clock. @param now milliseconds since 1970 */
export function newIdAt(now: number): string {
  if (now !== last.milliseconds || last.count === 0xffff) last = firstOf(now);
  last.count += 1;
  return last.head + hex(last.count >>> 8) + hex(last.count & 0xff);
}

/** The id made last, but for its last 16 bits. */
let last = { milliseconds: Number.NaN, head: '', count: 0 };

function firstOf(milliseconds: number): typeof last {
  const time = milliseconds.toString(16).padStart(12, '0');
  const chance = randomUUID();
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(15, 32)}`;
  return { milliseconds, head, count: Number.parseInt(chance.slice(32), 16) >>> 1 };
}

const bytesInHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hex(byte: number): string {
  return bytesInHex[byte] ?? '';
}

/**
 * An id that follows from another: the same seed and label always give the same one, so that what was
 * left half-done can be done again without doing it twice. It keeps the seed's time and is a UUIDv7 in form.
 * @param seed a UUIDv7
 */
export function deriveId(seed: string, label: string): string {
  const chance = createHash('sha256').update(`${seed}/${label}`).digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(chance.charAt(3), 16) % 4);
  const time = seed.slice(0, 13);
  return `${time}-7${chance.slice(0, 3)}-${variant}${chance.slice(4, 7)}-${chance.slice(7, 19)}`;
}
