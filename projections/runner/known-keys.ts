/** Keys of rows that were written, as far as a few megabytes can remember them, however many they are. */
export interface KnownKeys {
  add(keys: Iterable<string>): void;
  /** False for most keys that were not added, and for none that was. */
  mayHave(key: string): boolean;
}

/** 4 MiB: of a million keys one of 30 others is taken for known, of ten million one of four. */
const bitsCount = 2 ** 25;

/** A bit for each key: asking Postgres for rows that are not there costs more than making them. */
export function createKnownKeys(): KnownKeys {
  // Not before there are some: most models are small, and are written at once.
  let words = new Int32Array(0);
  return {
    add(keys) {
      if (words.length === 0) words = new Int32Array(bitsCount / 32);
      for (const key of keys) {
        const bit = bitOf(key);
        words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
      }
    },
    mayHave(key) {
      const bit = bitOf(key);
      return ((words[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
    },
  };
}

/** FNV-1a of the UTF-16 units; the upper bits are mixed best. */
function bitOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) & (bitsCount - 1);
}
