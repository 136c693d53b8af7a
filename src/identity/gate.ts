/** Too much password work is waiting already; the caller may try again in a few seconds. */
export class AccountsBusy extends Error {
  override readonly name = 'AccountsBusy';
}

/** Lets a few pieces of work run at once and a bounded number wait, in order of arrival. */
export interface Gate {
  /** @throws AccountsBusy when the queue is full; the work has then not begun */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate({ atOnceMax, waitingMax }: { atOnceMax: number; waitingMax: number }): Gate {
  const waiting: Array<() => void> = [];
  let running = 0;

  const enter = (): Promise<void> | undefined => {
    if (running < atOnceMax) {
      running += 1;
      return undefined;
    }
    if (waiting.length >= waitingMax) throw new AccountsBusy('Too many sign-ins are waiting.');
    return new Promise((resolve) => waiting.push(resolve));
  };

  // Whoever leaves hands the place on, so nobody who comes later can take it before the first in the queue.
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
