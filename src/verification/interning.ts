/** Keeps one of each value that is wanted many times, by number, for as long as somebody holds it. */
export interface Interning<T> {
  /** The number of a value like this one, held once more. */
  hold(value: T): number;
  release(number: number): void;
  /** @throws Error when nobody holds it */
  get(number: number): T;
}

interface Held<T> {
  readonly value: T;
  readonly text: string;
  holders: number;
}

/** @param textOf the same for values that are alike, and no others */
export function createInterning<T>(textOf: (value: T) => string): Interning<T> {
  const numbers = new Map<string, number>();
  const values: (Held<T> | undefined)[] = [];
  const free: number[] = [];

  function known(number: number): Held<T> {
    const one = values[number];
    if (!one) throw new Error(`Nothing has the number ${number}.`);
    return one;
  }

  return {
    hold(value) {
      const text = textOf(value);
      const number = numbers.get(text) ?? free.pop() ?? values.length;
      const held = values[number] ?? { value, text, holders: 0 };
      held.holders += 1;
      values[number] = held;
      numbers.set(text, number);
      return number;
    },
    release(number) {
      const one = known(number);
      one.holders -= 1;
      if (one.holders > 0) return;
      numbers.delete(one.text);
      values[number] = undefined;
      free.push(number);
    },
    get: (number) => known(number).value,
  };
}
