import { open, seal } from './seal.js';

/** Cursors of lists: opaque to clients, and good only for the list and the filters they were made for. */
export interface Cursors {
  write(list: string, place: unknown): string;
  /** The place, or undefined when the text is not a cursor of this list. */
  read(list: string, cursor: string): unknown;
}

/** @param key 32 bytes derived from the master key */
export function createCursors(key: Uint8Array): Cursors {
  return {
    write: (list, place) => seal(key, list, Buffer.from(JSON.stringify(place))).toString('base64url'),
    read: (list, cursor) => {
      try {
        return JSON.parse(open(key, list, Buffer.from(cursor, 'base64url')).toString('utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}
