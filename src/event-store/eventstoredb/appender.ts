import { setTimeout as sleep } from 'node:timers/promises';
import { type EventData, EventStoreDBClient, NO_STREAM } from '@eventstore/db-client';
import { Silence, within } from './time-limit.js';
import { Turns } from './turns.js';

/** More on a fresh connection have been seen to hang (issue 304 of the client). */
const underwayMax = 90;
const farewellMilliseconds = 1_000;

/** The part of what EventStoreDB answers that we rely on. */
export interface Appended {
  /** Of the last event, counted from 0. */
  readonly nextExpectedRevision: bigint;
  readonly position?: { readonly commit: bigint; readonly prepare: bigint } | undefined;
}

/** Sends appends to one EventStoreDB for all stores of this process. */
export interface Appender {
  /**
   * Sends it once.
   * @throws Silence after the time; what the client throws
   */
  send(
    stream: string,
    expected: bigint,
    events: readonly EventData[],
    milliseconds: number,
  ): Promise<Appended>;
  /** Give it back once. */
  release(): Promise<void>;
}

const appenders = new Map<string, { readonly appender: SharedAppender; users: number }>();

/**
 * Appends of many callers go out at once, each by itself, and not several in one. On the way they share a call as it is,
 * by which a real server took 1,300 a second of one caller, 5,100 of 64 and 10,200 of 256. Only those of one stream could be
 * joined, since EventStoreDB takes one stream an append; of these never two wait, because a command is decided on what
 * the one before it left. And one conflict, or one lost answer, would be that of all who were joined.
 *
 * One client appends in a process, and it does nothing else: clients keep the appends that wait in a list that they
 * share, and when the connection of one breaks, those of all others fail with it, though they may be stored.
 */
export function borrowAppender(url: string): Appender {
  const entry = appenders.get(url) ?? { appender: new SharedAppender(url), users: 0 };
  appenders.set(url, entry);
  entry.users += 1;
  return {
    send: (...what) => entry.appender.send(...what),
    async release() {
      entry.users -= 1;
      if (entry.users > 0) return;
      appenders.delete(url);
      await entry.appender.hangUp();
    },
  };
}

class SharedAppender {
  readonly #client: EventStoreDBClient;
  readonly #turns = new Turns(underwayMax);
  #answers = 0;

  constructor(url: string) {
    this.#client = EventStoreDBClient.connectionString(url);
  }

  async send(
    stream: string,
    expected: bigint,
    events: readonly EventData[],
    milliseconds: number,
  ): Promise<Appended> {
    return this.#turns.take(async () => {
      const answersBefore = this.#answers;
      const answer = this.#client.appendToStream(stream, [...events], {
        expectedRevision: expected === 0n ? NO_STREAM : expected - 1n,
        deadline: milliseconds,
      });
      try {
        return await within(milliseconds, answer);
      } catch (error) {
        // Nobody at all was answered meanwhile, so the call that they share is dead, and a new one may do better.
        if (error instanceof Silence && this.#answers === answersBefore) void this.hangUp();
        throw error;
      } finally {
        answer.then(
          () => this.#answers++,
          () => undefined,
        );
      }
    });
  }

  /** Ends the call that all appends share; the next one opens another. */
  async hangUp(): Promise<void> {
    await Promise.race([
      this.#client.dispose().catch(() => undefined),
      sleep(farewellMilliseconds, undefined, { ref: false }),
    ]);
  }
}
