import { setTimeout as sleep } from 'node:timers/promises';
import { comparePositions, type Position, start } from '../port.js';

interface Waiter extends Omit<PromiseWithResolvers<void>, 'promise'> {
  readonly position: Position;
}

/**
 * Knows how far the log has come, and wakes who waits for more. It is told by whoever sees the log
 * move; while somebody waits it also looks itself, once for all of them.
 */
export class HeadWatch {
  readonly #readHead: () => Promise<Position>;
  readonly #pollMilliseconds: number;
  readonly #waiters = new Set<Waiter>();
  #head = start;
  #polling = false;

  constructor(readHead: () => Promise<Position>, pollMilliseconds: number) {
    this.#readHead = readHead;
    this.#pollMilliseconds = pollMilliseconds;
  }

  /** The log reaches to this position at least. */
  advance(position: Position): void {
    if (comparePositions(position, this.#head) <= 0) return;
    this.#head = position;
    for (const waiter of this.#waiters) {
      if (comparePositions(waiter.position, position) < 0) waiter.resolve();
    }
  }

  /**
   * Reads the head of the log; whoever waits need not wait for the news of what somebody has seen here.
   * @throws what reading the head throws
   */
  async look(): Promise<Position> {
    const head = await this.#readHead();
    this.advance(head);
    return head;
  }

  /**
   * Looks whether the log reaches as far as it was said to: anybody who uses the database can notify, of whatever
   * position. Believed for ever, one that is far ahead would never let anybody wait.
   * @throws what reading the head throws
   */
  async check(): Promise<void> {
    const told = this.#head;
    const head = await this.#readHead();
    // Whoever told the truth told it after the commit, so what was told before we looked is seen now.
    if (this.#head === told && comparePositions(head, told) < 0) this.#head = head;
  }

  /**
   * Resolves when the log goes beyond the position, or the signal aborts.
   * @throws what reading the head throws
   */
  async beyond(position: Position, signal: AbortSignal): Promise<void> {
    if (comparePositions(this.#head, position) > 0 || signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { position, resolve, reject };
    const stop = (): void => resolve();
    this.#waiters.add(waiter);
    signal.addEventListener('abort', stop);
    if (!this.#polling) void this.#poll();
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', stop);
    }
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#waiters.size > 0) {
      await sleep(this.#pollMilliseconds, undefined, { ref: false });
      try {
        await this.look();
      } catch (error) {
        for (const waiter of this.#waiters) waiter.reject(error);
      }
    }
    this.#polling = false;
  }
}
