import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AllStreamSubscription,
  END,
  type EventStoreDBClient,
  excludeSystemEvents,
  streamNameFilter,
} from '@eventstore/db-client';
import { untilAborted } from '../following/abortable.js';
import { comparePositions, type Position, start } from '../port.js';
import type { Names } from './names.js';
import { placeOf, positionOf } from './positions.js';

const backOff = { firstMilliseconds: 50, longestMilliseconds: 1_000 };
/** Small ones make a checkpoint of nearly every event that is left out. */
const checkpoints = { maxSearchWindow: 1_000, checkpointInterval: 10 };

/**
 * Tells of every event of ours as soon as it is stored. It only wakes those who then read the log themselves, so
 * that a subscription that leaves something out, breaks or goes silent costs time and never an event.
 */
export class News {
  readonly #client: EventStoreDBClient;
  readonly #names: Names;
  readonly #onHead: (position: Position) => void;
  #heard: Position = start;
  /** What the log was seen to hold, and should have been told by now. */
  #due: Position = start;
  #subscription: AllStreamSubscription | undefined;

  constructor(client: EventStoreDBClient, names: Names, onHead: (position: Position) => void) {
    this.#client = client;
    this.#names = names;
    this.#onHead = onHead;
  }

  /** Listens until the signal aborts; a subscription that ends is opened again from where it was. */
  async listen(signal: AbortSignal): Promise<void> {
    let pause = backOff.firstMilliseconds;
    const end = (): void => this.#hangUp();
    signal.addEventListener('abort', end, { once: true });
    while (!signal.aborted) {
      try {
        for await (const { event } of this.#subscribe()) {
          pause = backOff.firstMilliseconds;
          if (event && this.#names.isOurs(event)) this.#hear(positionOf(event.position));
        }
      } catch {
        pause = Math.min(pause * 2, backOff.longestMilliseconds);
      }
      this.#hangUp();
      await untilAborted(sleep(pause, undefined, { ref: false }), signal);
    }
    signal.removeEventListener('abort', end);
  }

  /** Somebody looked, and the log goes this far: what it held at the last look should have been told since. */
  expect(head: Position): void {
    if (comparePositions(this.#heard, this.#due) < 0) {
      this.#heard = this.#due;
      this.#hangUp();
    }
    this.#due = head;
  }

  #subscribe(): AllStreamSubscription {
    const { beginning } = this.#names;
    const filter =
      beginning === ''
        ? excludeSystemEvents(checkpoints)
        : streamNameFilter({ ...checkpoints, prefixes: [beginning] });
    const fromPosition = this.#heard === start ? END : placeOf(this.#heard);
    const subscription = this.#client.subscribeToAll({ fromPosition, filter });
    subscription.on('error', () => undefined);
    this.#subscription = subscription;
    return subscription;
  }

  #hear(position: Position): void {
    if (comparePositions(position, this.#heard) > 0) this.#heard = position;
    this.#onHead(position);
  }

  #hangUp(): void {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (!subscription) return;
    subscription.unsubscribe().catch(() => undefined);
    subscription.destroy();
  }
}
