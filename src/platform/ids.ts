import { v7 } from 'uuid';

/** A new UUIDv7: unique, and later ones sort after earlier ones (RFC 9562). */
export function newId(): string {
  return v7();
}
