import { sql } from 'kysely';
import type { Ledger, LedgerBatch } from '../../src/event-store/ledger.js';
import { comparePositions, type Position } from '../../src/event-store/port.js';
import { pause } from '../../src/platform/pause.js';
import { applyBatch, type FailPoints } from './batch.js';
import {
  abandonedGenerations,
  type Checkpoint,
  type CheckpointDb,
  insertCheckpoint,
  lockLiveCheckpoint,
  promoteCheckpoint,
} from './checkpoint.js';
import { isLockTimeout, RebuildUnderWay } from './failure.js';
import { createIndexes } from './indexes.js';
import { loadGeneration } from './loading.js';
import { createLocks } from './locks.js';
import type { ReadModel } from './model.js';
import { createTables, dropTables, pointViews } from './tables.js';

export { RebuildUnderWay } from './failure.js';

export interface RebuildProgress {
  readonly model: string;
  readonly phase: 'loading' | 'indexing' | 'switching' | 'done';
  /** Events applied so far. */
  readonly events: number;
  readonly position: Position;
  /** End of the log, as last seen. */
  readonly head: Position;
  readonly eventsPerSecond: number;
}

export interface Rebuilding {
  readonly db: CheckpointDb;
  /** For connections of their own: one holds the lock, another fills the tables. */
  readonly connectionString: string;
  readonly ledger: Ledger;
  readonly model: ReadModel;
  /** Gives up; what was filled so far is dropped by the next rebuild. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
  readonly failPoints?: FailPoints | undefined;
}

/**
 * Makes the tables of a model anew from the first event, beside the live ones, and puts them in their
 * place; whoever runs or queries the model meanwhile goes on. For people and their tools: the runner does
 * it by itself when the version of a model has changed.
 * @throws RebuildUnderWay; PoisonEvent; whatever the database or the log throws: the live tables stand
 */
export async function rebuild(options: Rebuilding): Promise<void> {
  const locks = createLocks(options.connectionString);
  try {
    const hold = await locks.tryAcquire(rebuildLock(options.model));
    if (!hold)
      throw new RebuildUnderWay(`Somebody is rebuilding the read model ${options.model.name} already.`);
    await replaceGeneration(options);
  } finally {
    await locks.close();
  }
}

export const rebuildLock = ({ name }: ReadModel): string => `compass rebuild ${name}`;

/** The rebuild itself; the caller holds the lock. */
export async function replaceGeneration(rebuilding: Rebuilding): Promise<void> {
  const { ledger, model } = rebuilding;
  await dropAbandoned(rebuilding);
  const filler = await beginFilling(rebuilding);
  try {
    while (!(await filler.fill()));
    filler.enter('indexing');
    await createIndexes(rebuilding, model, filler.checkpoint());
    filler.enter('switching');
    // Up to where the log is now, and no further: a log at rest has no next batch to wait for.
    const head = await ledger.head();
    while (comparePositions(filler.checkpoint().position, head) < 0) await filler.fill();
    while (!(await switchOver(rebuilding, filler))) await pause(100, rebuilding.signal);
    filler.enter('done');
  } finally {
    await filler.close();
  }
  await dropAbandoned(rebuilding);
}

interface Filler {
  checkpoint(): Checkpoint;
  /** Applies the next batch. @returns true when that was the end of the log */
  fill(): Promise<boolean>;
  enter(phase: RebuildProgress['phase']): void;
  close(): Promise<void>;
}

/** Makes tables, and fills them up to the end of the log while nobody could miss anything in them. */
async function beginFilling(rebuilding: Rebuilding): Promise<Filler> {
  const { db, ledger, model, signal = new AbortController().signal, onProgress } = rebuilding;
  const began = performance.now();
  let head = await ledger.head();
  let phase: RebuildProgress['phase'] = 'loading';

  function report({ position, count: events }: Checkpoint): void {
    const eventsPerSecond = Math.round(events / ((performance.now() - began) / 1_000));
    if (comparePositions(position, head) > 0) head = position;
    onProgress?.({ model: model.name, phase, events, position, head, eventsPerSecond });
  }

  const empty = await db.transaction().execute(async (transaction) => {
    const inserted = await insertCheckpoint(transaction, model);
    await createTables(transaction, model, inserted.generation);
    return inserted;
  });
  let checkpoint = await loadGeneration({ ...rebuilding, signal, onFolded: report }, empty);
  const batches = ledger.follow({ after: checkpoint.position, signal })[Symbol.asyncIterator]();
  let batch: LedgerBatch | undefined;

  async function nextBatch(): Promise<LedgerBatch> {
    const next = await batches.next();
    if (next.done) throw new Error(`The rebuild of ${model.name} was given up.`, { cause: signal.reason });
    return next.value;
  }

  return {
    checkpoint: () => checkpoint,
    enter(next) {
      phase = next;
      report(checkpoint);
    },
    async fill() {
      // Kept until it is applied: one that met a time-out comes again, and leaves no hole.
      batch ??= await nextBatch();
      const moved = await applyBatch(rebuilding, checkpoint, batch);
      if (!moved) throw new RebuildUnderWay(`Another rebuild of ${model.name} took the place of this one.`);
      checkpoint = moved;
      report(checkpoint);
      const { caughtUp } = batch;
      batch = undefined;
      return caughtUp;
    },
    async close() {
      await batches.return?.();
    },
  };
}

/**
 * Puts the filled tables in the place of the live ones. While it holds the live checkpoint nobody applies
 * to the old tables, so it can come at least as far as they are, and readers never go back in time.
 * @returns false when somebody would not let go of the old tables: better later than making all others wait
 */
async function switchOver({ db, model, signal }: Rebuilding, filler: Filler): Promise<boolean> {
  signal?.throwIfAborted();
  try {
    await db.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = ${sql.lit(lockTimeoutMilliseconds)}`.execute(transaction);
      const live = await lockLiveCheckpoint(transaction, model.name);
      while (live && comparePositions(filler.checkpoint().position, live.position) < 0) await filler.fill();
      await pointViews(transaction, model, filler.checkpoint().generation);
      await promoteCheckpoint(transaction, filler.checkpoint());
    });
    return true;
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}

const lockTimeoutMilliseconds = 500;

/** Tables that somebody still reads are left to the next rebuild. */
async function dropAbandoned({ db, model }: Rebuilding): Promise<void> {
  for (const generation of await abandonedGenerations(db, model.name)) {
    await db
      .transaction()
      .execute(async (transaction) => {
        await sql`set local lock_timeout = ${sql.lit(lockTimeoutMilliseconds)}`.execute(transaction);
        await dropTables(transaction, generation);
        await transaction
          .deleteFrom('read.checkpoints')
          .where('model', '=', model.name)
          .where('generation', '=', generation)
          .where('live', '=', false)
          .execute();
      })
      .catch((error: unknown) => {
        if (!isLockTimeout(error)) throw error;
      });
  }
}
