import type { Runner } from '../projections/runner/runner.js';
import type { Check, Health } from './api/http/operations/health.js';
import type { Config } from './config/config.js';
import type { AccessFeed } from './verification/feed.js';

interface Parts {
  readonly feed: AccessFeed;
  readonly runner: Runner;
  readonly config: Config;
}

/** How the service is, and two moments of its life that only its start and its stop know of. */
export interface ServiceHealth extends Health {
  started(): void;
  stopping(): void;
}

export function createHealth({ feed, runner, config }: Parts): ServiceHealth {
  let isStarted = false;
  let isStopping = false;

  function checkVerification(): Check {
    const seconds = feed.stalenessSeconds();
    const ok = seconds <= config.verifyMaxStalenessSeconds;
    return { name: 'verification', ok, detail: `at the head of the log ${seconds.toFixed(1)} s ago` };
  }

  /** A model that lags is told but does not take the process out: every other one reads the same tables. */
  function checkModels(): Check[] {
    return runner.status().map(({ model, state, position, lagSeconds, error }) => ({
      name: `read model ${model}`,
      ok: state !== 'stopped',
      detail: [`${state} at position ${position}`, `${lagSeconds.toFixed(1)} s behind`, error?.reason]
        .filter((part) => part !== undefined)
        .join(', '),
    }));
  }

  return {
    started() {
      isStarted = true;
    },
    stopping() {
      isStopping = true;
    },
    isStarted: () => isStarted,
    checks: () => [
      { name: 'life', ok: isStarted && !isStopping, detail: isStopping ? 'stopping' : 'serving' },
      checkVerification(),
      ...checkModels(),
    ],
  };
}
