/** Keeps one of each value that is wanted many times, by number, for as long as somebody holds it. */
export interface Interning<T> {
  /** One like this value, to be held as often as it is wanted. */
  like(value: T): Interned<T>;
  /** @returns its number, until it was released as often */
  hold(one: Interned<T>): number;
  release(number: number): void;
  /** @throws Error when nobody holds it */
  get(number: number): T;
}

/** Only the interning that it is from may write to it. */
export interface Interned<T> {
  readonly value: T;
  readonly text: string;
  /** Of no meaning while nobody holds it. */
  number: number;
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
  const values: (Interned<T> | undefined)[] = [];
  const free: number[] = [];
  let latest = 0;

  function known(number: number): Interned<T> {
    const one = values[number];
    if (!one) throw new Error(`Nothing has the number ${number}.`);
    return one;
  }

  /** The one with this text that somebody holds, or else this one, which is given a number. */
  function toHold(one: Interned<T>): Interned<T> {
    if (one.holders > 0) return one;
    const number = numbers.get(one.text);
    if (number !== undefined) return known(number);
    one.number = free.pop() ?? values.length;
    values[one.number] = one;
    numbers.set(one.text, one.number);
    return one;
  }

  return {
    like(value) {
      const last = values[latest];
      if (last && isAlike(last.value, value)) return last;
      const text = textOf(value);
      const number = numbers.get(text);
      return number === undefined ? { value: keep(value), text, number: -1, holders: 0 } : known(number);
    },
    hold(one) {
      const held = toHold(one);
      held.holders += 1;
      latest = held.number;
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
