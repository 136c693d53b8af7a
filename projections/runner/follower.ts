import { comparePositions, type Position } from '../../src/event-store/port.js';
import { pause } from '../../src/platform/pause.js';
import { createApplier } from './applier.js';
import { ModelNewer, PoisonEvent, reasonOf } from './failure.js';
import type { LiveCheckpoints } from './live-checkpoints.js';
import type { Locks } from './locks.js';
import type { ReadModel } from './model.js';
import type { RunnerOptions } from './options.js';
import { type RebuildProgress, rebuildLock, replaceGeneration } from './rebuild.js';
import { createHealth, type ModelReport } from './status.js';

/** Keeps one model at the head of the log, in turn with other processes. */
export interface Follower {
  /** Runs until the signal aborts or the model has to stop. Never throws. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves once queries find tables of this version, or the model has stopped. */
  readonly ready: Promise<void>;
}

/** What all followers of a process have in common. */
interface Shared {
  readonly locks: Locks;
  readonly checkpoints: LiveCheckpoints;
}

const standbyMilliseconds = 500;
/** Whoever writes waits for the read model, so it may not be away for much longer than what it waits for. */
const retryMillisecondsMax = 500;
const tellMilliseconds = 5_000;

export function createFollower(
  model: ReadModel,
  { db, connectionString, ledger, clock, log, failPoints }: RunnerOptions,
  { locks, checkpoints }: Shared,
  tellHealth: (report: ModelReport) => void,
): Follower {
  const health = createHealth(model.name, clock, tellHealth);
  const { promise: ready, resolve: becomeReady } = Promise.withResolvers<void>();
  let failures = 0;
  let toldAt = 0;

  function reach(position: Position): void {
    health.reach(position);
    failures = 0;
  }

  /** The tables of this version of the model, made anew when there are none or older ones. */
  async function prepare(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await isPrepared())) {
      const hold = await locks.tryAcquire(rebuildLock(model));
      if (!hold) {
        await pause(standbyMilliseconds, signal);
        continue;
      }
      try {
        // Another process may have done it between the look and the lock.
        if (await isPrepared()) continue;
        health.become('rebuilding');
        const onProgress = tell;
        await replaceGeneration({ db, connectionString, ledger, model, signal, onProgress, failPoints });
      } finally {
        await hold.release();
      }
    }
  }

  async function isPrepared(): Promise<boolean> {
    const live = await checkpoints.find(model.name);
    if (live && live.version > model.version) throw new ModelNewer(model, live.version);
    return live?.version === model.version;
  }

  /** Every few seconds; nothing of a rebuild that had nothing to do. */
  function tell(made: RebuildProgress): void {
    const now = clock.now().getTime();
    if (made.events === 0 || (made.phase !== 'done' && now - toldAt < tellMilliseconds)) return;
    toldAt = now;
    log.info({ ...made }, 'The tables of a read model are made anew.');
  }

  /** Takes its turn when nobody else runs the model; until then it watches how far the other one is. */
  async function standBy(signal: AbortSignal) {
    while (!signal.aborted) {
      const hold = await locks.tryAcquire(`compass read model ${model.name}`);
      if (hold) return hold;
      health.become('standby');
      const head = await ledger.head();
      const live = await checkpoints.find(model.name);
      if (live) {
        reach(live.position);
        health.caughtUp(comparePositions(live.position, head) >= 0);
      }
      await pause(standbyMilliseconds, signal);
    }
    return undefined;
  }

  /** Returns when the checkpoint is not where it left it: the database knows better, and says where to go on. */
  async function follow(signal: AbortSignal): Promise<void> {
    const checkpoint = await checkpoints.find(model.name);
    if (checkpoint?.version !== model.version) return;
    health.become('running');
    health.reach(checkpoint.position);
    const applier = createApplier({ db, model, failPoints }, checkpoints, checkpoint);
    try {
      for await (const batch of ledger.follow({ after: checkpoint.position, signal })) {
        if (batch.events.length > 0) health.caughtUp(false);
        const position = await applier.apply(batch);
        if (position === undefined) return;
        reach(position);
        health.caughtUp(batch.caughtUp);
      }
    } finally {
      await applier.close();
    }
  }

  async function takeTurn(signal: AbortSignal): Promise<void> {
    await prepare(signal);
    becomeReady();
    const hold = await standBy(signal);
    if (!hold) return;
    try {
      await follow(AbortSignal.any([signal, hold.lost]));
    } finally {
      await hold.release();
    }
  }

  function stopFor(error: PoisonEvent | ModelNewer): void {
    if (error instanceof PoisonEvent) health.reach(error.checkpoint.position);
    const event = error instanceof PoisonEvent ? error.event : undefined;
    health.become('stopped', { reason: error.message, ...event });
    log.error({ model: model.name, event }, `${error.message} Nothing more reaches it until a restart.`);
  }

  async function retry(error: unknown, signal: AbortSignal): Promise<void> {
    const reason = reasonOf(error);
    health.become('retrying', { reason });
    if (failures === 0) log.warn({ model: model.name, reason }, 'A read model has to wait; trying again.');
    const milliseconds = Math.min(50 * 2 ** failures, retryMillisecondsMax);
    failures += 1;
    await pause(milliseconds, signal);
  }

  return {
    ready,
    async run(signal) {
      while (!signal.aborted) {
        try {
          await takeTurn(signal);
        } catch (error) {
          if (signal.aborted) break;
          if (error instanceof PoisonEvent || error instanceof ModelNewer) {
            stopFor(error);
            break;
          }
          await retry(error, signal);
        }
      }
      becomeReady();
    },
  };
}
