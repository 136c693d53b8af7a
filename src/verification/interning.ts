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

export interface Likeness<T> {
  /** The same for values that are alike, and no others. */
  textOf(value: T): string;
  /** Whether two are alike; of some that are it may say no. Values often come after others like them. */
  isAlike(one: T, other: T): boolean;
  /** What is kept of a value that is new. */
  keep(value: T): T;
}

export function createInterning<T>({ textOf, isAlike, keep }: Likeness<T>): Interning<T> {
  const numbers = new Map<string, number>();
  const values: (Held<T> | undefined)[] = [];
  const free: number[] = [];
  let latest = 0;

  function known(number: number): Held<T> {
    const one = values[number];
    if (!one) throw new Error(`Nothing has the number ${number}.`);
    return one;
  }

  function numberOf(value: T): number {
    const held = values[latest];
    if (held && isAlike(held.value, value)) return latest;
    const text = textOf(value);
    const number = numbers.get(text);
    if (number !== undefined) return number;
    const next = free.pop() ?? values.length;
    values[next] = { value: keep(value), text, holders: 0 };
    numbers.set(text, next);
    return next;
  }

  return {
    hold(value) {
      latest = numberOf(value);
      known(latest).holders += 1;
      return latest;
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
