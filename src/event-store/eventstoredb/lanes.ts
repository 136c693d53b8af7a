import { StoreUnavailable } from '../port.js';

/** Appends that may wait; more are refused rather than kept. */
const waitingMax = 10_000;

/** Does what is to be done to a stream in the order of the calls, one thing at a time. */
export class Lanes {
  readonly #ends = new Map<string, Promise<unknown>>();
  #count = 0;

  /** @throws StoreUnavailable when too many wait; what the work throws */
  run<T>(lane: string, work: () => Promise<T>): Promise<T> {
    if (this.#count >= waitingMax) {
      return Promise.reject(new StoreUnavailable('Too many appends are waiting.'));
    }
    this.#count += 1;
    const before = this.#ends.get(lane);
    const done = before ? before.then(work, work) : work();
    const end = done
      .catch(() => undefined)
      .finally(() => {
        this.#count -= 1;
        if (this.#ends.get(lane) === end) this.#ends.delete(lane);
      });
    this.#ends.set(lane, end);
    return done;
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    while (this.#ends.size > 0) await Promise.all(this.#ends.values());
  }
}
