import type { Executor } from './execute.js';

/** This process's clock is too far from the database's: what it wrote down would stand in a wrong order. */
export class ClockWrong extends Error {
  override readonly name = 'ClockWrong';
}

/**
 * An executor that refuses every command while the clock is wrong; reading goes on.
 * @throws ClockWrong when nothing was done
 */
export function onlyWithRightClock(executor: Executor, isWrong: () => boolean): Executor {
  return {
    execute: (execution) =>
      isWrong()
        ? Promise.reject(new ClockWrong(`The clock is wrong: ${execution.stream} stays as it is.`))
        : executor.execute(execution),
    load: (decider, stream) => executor.load(decider, stream),
  };
}
