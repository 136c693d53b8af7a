import { createHash, randomUUID } from 'node:crypto';

/**
 * A new UUIDv7 (RFC 9562): the milliseconds of its making, then 74 random bits, which are those of a UUIDv4
 * because Node draws these from a pool: a tenth of what asking the system for each costs.
 */
export function newId(): string {
  const now = Date.now();
  if (now !== written.milliseconds) {
    const time = now.toString(16).padStart(12, '0');
    written = { milliseconds: now, text: `${time.slice(0, 8)}-${time.slice(8)}-7` };
  }
  return written.text + randomUUID().slice(15);
}

/** The time as it was last written: many ids are made within a millisecond. */
let written = { milliseconds: Number.NaN, text: '' };

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
