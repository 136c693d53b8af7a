import type { LedgerBatch } from '../../src/event-store/ledger.js';
import type { Position } from '../../src/event-store/port.js';
import { applyBatch, eventsAfter, isAfter, type Target, touches } from './batch.js';
import type { Checkpoint } from './checkpoint.js';
import type { LiveCheckpoints } from './live-checkpoints.js';

/** Keeps the live tables of one model; one batch at a time. */
export interface Applier {
  /**
   * @returns how far the tables are now, or undefined when somebody else moved them: nothing was done
   * @throws as `applyBatch`
   */
  apply(batch: LedgerBatch): Promise<Position | undefined>;
  /** Waits for what is being written down, and leaves the rest to the next who follows. */
  close(): Promise<void>;
}

/** Other processes hear so much later of events that changed nothing. */
const writeDownMilliseconds = 50;

/**
 * Most events change nothing in most models. Such a batch moves the checkpoint in memory alone, and the stored one
 * a little later, once for all batches of that time: the tables already have all that is in them. Who starts again
 * from the stored one sees those events a second time, and again nothing changes.
 */
export function createApplier(target: Target, checkpoints: LiveCheckpoints, from: Checkpoint): Applier {
  let stored: Checkpoint | undefined = from;
  let reached = from;
  let last: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function apply(batch: LedgerBatch): Promise<Position | undefined> {
    if (!stored) return undefined;
    const events = eventsAfter(reached, batch);
    if (!touches(target.model, events)) {
      if (isAfter(batch.position, reached)) {
        reached = { ...reached, position: batch.position, count: reached.count + events.length };
        timer ??= setTimeout(writeDownInTurn, writeDownMilliseconds);
      }
      return reached.position;
    }
    const moved = await applyBatch(target, { ...reached, position: stored.position }, { ...batch, events });
    stored = moved;
    reached = moved ?? reached;
    return moved?.position;
  }

  function writeDownInTurn(): void {
    timer = undefined;
    // While the database is away the next batch will find out, and whoever follows then begins at the stored place.
    void inTurn(writeDown).catch(() => undefined);
  }

  async function writeDown(): Promise<void> {
    if (!stored || stored.position === reached.position) return;
    stored = (await checkpoints.move(stored, reached)) ? reached : undefined;
  }

  return {
    apply: (batch) => inTurn(() => apply(batch)),
    async close() {
      clearTimeout(timer);
      await last;
    },
  };
}
