import type { Position } from '../../src/event-store/port.js';
import { livePositions } from './checkpoint.js';
import { createFollower } from './follower.js';
import { createLocks } from './locks.js';
import type { RunnerOptions } from './options.js';
import { pause } from './pause.js';
import { createProgress } from './progress.js';
import type { ModelStatus } from './status.js';

/** Keeps the read models at the head of the log, together with the runners of other processes. */
export interface Runner {
  /**
   * Begins, and resolves once queries can be asked: every model has tables of this version of the code, or
   * has stopped. That takes long only when a model has to be rebuilt, or while the database is away.
   */
  start(): Promise<void>;
  /** Finishes the batches under way and lets other processes take over. */
  stop(): Promise<void>;
  /**
   * Waits until queries see everything up to a position, whichever process runs the models.
   * @param options.models names; absent: all
   * @returns false when they do not in time; soon when a model has stopped here, and nobody else runs it
   */
  waitFor(
    position: Position,
    options: { readonly timeoutMilliseconds: number; readonly models?: readonly string[] },
  ): Promise<boolean>;
  status(): ModelStatus[];
}

const pollMilliseconds = 50;

export function createRunner(options: RunnerOptions): Runner {
  const stopping = new AbortController();
  const locks = createLocks(options.connectionString);
  const progress = createProgress();
  const followers = options.models.map((model) => createFollower(model, options, locks, progress));
  const names = followers.map(({ model }) => model);
  let running: Promise<unknown> = Promise.resolve();
  let watching = false;

  /** While somebody waits for models that other processes run, one query for all of them looks how far they are. */
  async function watch(): Promise<void> {
    if (watching) return;
    watching = true;
    while (!stopping.signal.aborted && progress.isAwaited(runElsewhere())) {
      // When the database is away, those who wait run out of time; that is all the news there is.
      const positions = await livePositions(options.db).catch(() => new Map<string, Position>());
      for (const model of runElsewhere()) {
        const position = positions.get(model);
        if (position !== undefined) progress.advance(model, position);
      }
      await pause(pollMilliseconds, stopping.signal);
    }
    watching = false;
  }

  function runElsewhere(): string[] {
    return statuses().flatMap(({ model, state }) => (state === 'running' ? [] : [model]));
  }

  function hasStopped(model: string): boolean {
    return statuses().some((status) => status.model === model && status.state === 'stopped');
  }

  function statuses(): ModelStatus[] {
    return followers.map((follower) => follower.status());
  }

  return {
    async start() {
      running = Promise.all(followers.map((follower) => follower.run(stopping.signal)));
      await Promise.all(followers.map(({ ready }) => ready));
    },
    async stop() {
      stopping.abort();
      await running;
      await locks.close();
    },
    async waitFor(position, { timeoutMilliseconds, models = names }) {
      const patience = models.some(hasStopped) ? 2 * pollMilliseconds : timeoutMilliseconds;
      const reached = progress.wait(models, position, Math.min(patience, timeoutMilliseconds));
      void watch();
      return reached;
    },
    status: statuses,
  };
}
