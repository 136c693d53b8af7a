/** Keeps one of each value that is wanted many times, by number, for as long as somebody holds it. */
export interface Interning<T> {
  /** The number of a value like this one, held once more. */
  hold(value: T): number;
  release(number: number): void;
  get(number: number): T;
}

interface Held<T> {
  readonly value: T;
  readonly text: string;
  holders: number;
}

/** Values are alike when their JSON is. */
export function createInterning<T>(): Interning<T> {
  const numbers = new Map<string, number>();
  const values: (Held<T> | undefined)[] = [];
  const free: number[] = [];

  function keep(value: T, text: string): number {
    const number = free.pop() ?? values.length;
    values[number] = { value, text, holders: 1 };
    numbers.set(text, number);
    return number;
  }

  function known(number: number) {
    const one = values[number];
    if (!one) throw new Error(`Nothing has the number ${number}.`);
    return one;
  }

  return {
    hold(value) {
      const text = JSON.stringify(value);
      const number = numbers.get(text);
      if (number === undefined) return keep(value, text);
      known(number).holders += 1;
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
