/**
 * Finds records by a hash: open addressing with linear probing, four bytes an entry. Records have numbers, their
 * slots; what is in them, and whether one is meant, whoever keeps them says:
 * `for (let at = table.home(hash); table.slotAt(at) !== nobody; at = table.next(at))` goes through all that may be.
 */
export interface SlotTable {
  home(hash: number): number;
  next(place: number): number;
  /** `nobody` where the search ends. */
  slotAt(place: number): number;
  /** The slot must not be there yet. */
  add(slot: number): void;
  /** Makes room for so many more at once, where they would be moved each time that their number doubles. */
  reserve(more: number): void;
  /** The slot must be there, and its record still as it was added. */
  remove(slot: number): void;
}

export const nobody = -1;
const smallest = 1_024;

/** @param hashOf of the record in a slot: any 32 bits, the same for as long as the slot is in the table */
export function createSlotTable(hashOf: (slot: number) => number): SlotTable {
  let entries = new Int32Array(smallest).fill(nobody);
  let mask = smallest - 1;
  let count = 0;

  function home(hash: number): number {
    // Fibonacci hashing; the upper bits of the product depend on all bits of the hash.
    const product = Math.imul(hash, 0x9e3779b1);
    return (product ^ (product >>> 15)) & mask;
  }

  const next = (place: number) => (place + 1) & mask;
  const slotAt = (place: number) => entries[place] ?? nobody;

  function put(slot: number): void {
    let place = home(hashOf(slot));
    while (slotAt(place) !== nobody) place = next(place);
    entries[place] = slot;
  }

  function growTo(length: number): void {
    const before = entries;
    entries = new Int32Array(length).fill(nobody);
    mask = length - 1;
    for (const slot of before) if (slot !== nobody) put(slot);
  }

  /** Moves back what the entry that goes had pushed on, so that no search ends too early. */
  function close(gap: number): void {
    let hole = gap;
    for (let place = next(gap); slotAt(place) !== nobody; place = next(place)) {
      const slot = slotAt(place);
      const pushed = (place - home(hashOf(slot))) & mask;
      if (pushed < ((place - hole) & mask)) continue;
      entries[hole] = slot;
      hole = place;
    }
    entries[hole] = nobody;
  }

  return {
    home,
    next,
    slotAt,
    add(slot) {
      count += 1;
      // Half full at most: then few searches look at more than two entries.
      if (count * 2 > entries.length) growTo(entries.length * 2);
      put(slot);
    },
    reserve(more) {
      const needed = 2 ** Math.ceil(Math.log2((count + more) * 2));
      if (needed > entries.length) growTo(needed);
    },
    remove(slot) {
      let place = home(hashOf(slot));
      while (slotAt(place) !== slot) place = next(place);
      close(place);
      count -= 1;
    },
  };
}
