import { createFollower } from './follower.js';
import { createLiveCheckpoints } from './live-checkpoints.js';
import { createLocks } from './locks.js';
import type { RunnerOptions } from './options.js';
import type { ModelReport } from './status.js';

/** Those who keep the read models at the head of the log, together with those of other processes. */
export interface Followers {
  /**
   * Begins, and resolves once queries can be asked: every model has tables of this version of the code, or
   * has stopped. That takes long only when a model has to be rebuilt, or while the database is away.
   * @param tell hears how the models are whenever that changes, before this resolves of every one
   */
  start(tell: (reports: readonly ModelReport[]) => void): Promise<void>;
  /** Finishes the batches under way and lets other processes take over. */
  stop(): Promise<void>;
}

/** Followers in this thread. */
export function createFollowers(options: RunnerOptions): Followers {
  const stopping = new AbortController();
  const locks = createLocks(options.connectionString);
  const shared = { locks, checkpoints: createLiveCheckpoints(options.db) };
  let running: Promise<unknown> = Promise.resolve();
  return {
    async start(tell) {
      const followers = options.models.map((model) =>
        createFollower(model, options, shared, (report) => tell([report])),
      );
      running = Promise.all(followers.map((follower) => follower.run(stopping.signal)));
      await Promise.all(followers.map(({ ready }) => ready));
    },
    async stop() {
      stopping.abort();
      await running;
      await locks.close();
    },
  };
}
