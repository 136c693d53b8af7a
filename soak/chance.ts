import { createHash } from 'node:crypto';

/** Numbers that look like chance and follow from a seed and a name: the same ones in every run. */
export interface Chance {
  /** A whole number from 0, below the limit. */
  below(limit: number): number;
  /** A whole number from the least to the most, both included. */
  between(least: number, most: number): number;
  /** True so often as the probability says. */
  coin(probability: number): boolean;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(list: readonly T[]): T;
}

/** Every name has a sequence of its own, so what one part draws does not change what another one gets. */
export function chanceOf(seed: number, name: string): Chance {
  let state = createHash('sha256').update(`${seed}/${name}`).digest().readUInt32LE();

  /** The generator mulberry32: 32 bits of state, good enough to mix commands. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    coin: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.');
      return list[below(list.length)] as T;
    },
  };
}
