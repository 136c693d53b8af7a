import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from './config/config.js';
import { openInstallation } from './installation.js';
import type { Log } from './platform/log.js';
import { createMetrics } from './platform/metrics.js';
import type { Surroundings } from './serving.js';

export type { Siblings } from './serving.js';

export interface Service {
  /** Where it is reached, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Finishes what is under way, writes down what was counted, and lets go of everything.
   * @param goodbyeMilliseconds how long to go on as before, but for being ready; by default long enough for a
   *   load balancer to see that
   */
  stop(goodbyeMilliseconds?: number): Promise<void>;
}

const goodbyeDefaultMilliseconds = 500;

/**
 * Starts everything, in the order in which the parts need each other, and stops it the other way round.
 * @throws Error in words when it cannot start; nothing is left running
 */
export async function startService(
  config: Config,
  log: Log,
  surroundings: Surroundings = {},
): Promise<Service> {
  const metrics = createMetrics(surroundings.siblings?.metrics);
  const opening = openInstallation({
    config,
    log,
    as: surroundings.siblings ? 'worker' : 'service',
    onAppends: (seconds) => seconds.forEach((one) => metrics.appendSeconds.observe(one)),
  });
  // Meanwhile the database starts.
  const loading = import('./serving.js');
  const installation = await opening;
  const undo = [installation.close];
  async function stopAll(): Promise<void> {
    for (const step of undo.reverse()) await step();
  }

  try {
    const { serve } = await loading;
    const { url, announceStop } = await serve({ ...surroundings, config, log, metrics, installation, undo });
    return {
      url,
      async stop(goodbyeMilliseconds = goodbyeDefaultMilliseconds) {
        announceStop();
        await sleep(goodbyeMilliseconds);
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
