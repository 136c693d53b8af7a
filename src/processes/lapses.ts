import { type LapsedKey, lapsedKeys } from '../../projections/keys/lapses.js';
import type { Parts } from '../application/parts.js';
import { pause } from '../platform/pause.js';
import { inTurn } from '../platform/turn.js';
import { recordOnKey } from './record-on-key.js';

/**
 * Writes into the log what time alone has done: that a key expired, that a replaced secret's grace is over.
 * Verification does not wait for it; the history does. Processes take turns, round by round, so that one
 * which ends is no loss; should two be at it all the same, whoever comes second finds nothing left to record.
 */
export interface Lapses {
  start(): void;
  /** Finishes the keys under way. */
  stop(): Promise<void>;
  /**
   * One round, at most so many keys.
   * @returns whether there may be more to record
   * @throws what the read models or the log throw
   */
  record(): Promise<boolean>;
}

interface Options {
  readonly parts: Parts;
  readonly warn: (message: string, error: unknown) => void;
}

const intervalMilliseconds = 5_000;
/** Between rounds that follow each other, so that requests come first when ten thousand keys expire at midnight. */
const pauseMilliseconds = 250;
const keysPerRound = 200;
/** Appended together as one group by the log. */
const atOnce = 20;

export function createLapses({ parts, warn }: Options): Lapses {
  const { ledger, clock, readDb, settled } = parts;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function record(): Promise<boolean> {
    const at = clock.now().toISOString();
    const keys = await lapsedKeys(readDb, { at, limit: keysPerRound });
    const command = { type: 'RecordLapses', at } as const;
    const recordOne = ({ id, teamId }: LapsedKey) =>
      recordOnKey(parts, 'lapses', { keyId: id, teamId, command });
    const failed: PromiseRejectedResult[] = [];
    for (let from = 0; from < keys.length && !stopping.signal.aborted; from += atOnce) {
      const some = keys.slice(from, from + atOnce);
      const outcomes = await Promise.allSettled(some.map(recordOne));
      failed.push(...outcomes.filter((one) => one.status === 'rejected'));
    }
    // One key that cannot be written does not keep the others from being written.
    if (failed[0]) throw failed[0].reason;
    // Or the next round would find the same keys again.
    if (keys.length > 0) await settled(await ledger.head());
    return keys.length === keysPerRound;
  }

  async function run(): Promise<void> {
    // What has just started is asked for other things first.
    await pause(intervalMilliseconds, stopping.signal);
    while (!stopping.signal.aborted) {
      const isMore = await inTurn(readDb, 'compass lapses', record).catch((error: unknown) => {
        warn('What has expired could not be recorded; trying again.', error);
        return false;
      });
      await pause(isMore ? pauseMilliseconds : intervalMilliseconds, stopping.signal);
    }
  }

  return {
    record,
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
