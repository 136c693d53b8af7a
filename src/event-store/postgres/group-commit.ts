import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AppendResult, OutcomeUnknown, StoreUnavailable } from '../port.js';
import { type Append, AppendQueue, type Waiting } from './append-queue.js';

/**
 * Sends a group, no stream twice, as one statement.
 * @returns an answer for each append, in order
 * @throws OutcomeUnknown; StoreUnavailable; anything else when the group was refused for its content
 */
export type SendGroup = (group: readonly Append[]) => Promise<readonly AppendResult[]>;

/** What became of a group, for metrics. */
export interface GroupReport {
  readonly events: number;
  /** Of each append, from the call to the answer. */
  readonly seconds: readonly number[];
  /** Why there were no answers; undefined when there were. */
  readonly error: unknown;
}

/** While one group is being stored, the appends of all callers gather for the next. */
export class GroupCommit {
  readonly #send: SendGroup;
  readonly #report: (report: GroupReport) => void;
  readonly #queue = new AppendQueue();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(send: SendGroup, report: (report: GroupReport) => void) {
    this.#send = send;
    this.#report = report;
  }

  /** @throws StoreUnavailable when it is closed or too many wait; what `SendGroup` throws */
  append(append: Append): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new StoreUnavailable('The store is closed.'));
      const waiting = { ...append, sinceMilliseconds: performance.now(), resolve, reject };
      if (!this.#queue.add(waiting)) return reject(new StoreUnavailable('Too many appends are waiting.'));
      this.#working ??= this.#work();
    });
  }

  /** Settles what waits and refuses what comes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    while (!this.#queue.isEmpty) {
      // Whoever calls in this turn, having just got an answer, say, is in time for the next group.
      await nextTurn();
      await this.#store(this.#queue.takeGroup());
    }
    this.#working = undefined;
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    let failure: unknown;
    try {
      const results = await this.#send(group);
      for (const [index, result] of results.entries()) group[index]?.resolve(result);
    } catch (error) {
      if (group.length > 1 && isRefusal(error)) return this.#storeInHalves(group);
      for (const { reject } of group) reject(error);
      if (this.#closed) this.#giveUp();
      failure = error;
    }
    this.#report(reportOf(group, failure));
  }

  /** One bad member fails its whole group. Halves of halves leave it alone in the end. */
  async #storeInHalves(group: readonly Waiting[]): Promise<void> {
    const middle = Math.ceil(group.length / 2);
    await this.#store(group.slice(0, middle));
    await this.#store(group.slice(middle));
  }

  /** Closing does not wait for a log that fails. */
  #giveUp(): void {
    while (!this.#queue.isEmpty) {
      for (const { reject } of this.#queue.takeGroup()) reject(new StoreUnavailable('The store is closed.'));
    }
  }
}

function isRefusal(error: unknown): boolean {
  return !(error instanceof OutcomeUnknown || error instanceof StoreUnavailable);
}

function reportOf(group: readonly Waiting[], error: unknown): GroupReport {
  const now = performance.now();
  return {
    events: group.reduce((sum, { events }) => sum + events.length, 0),
    seconds: group.map(({ sinceMilliseconds }) => (now - sinceMilliseconds) / 1_000),
    error,
  };
}
