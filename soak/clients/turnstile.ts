/** Lets clients go on with their next command, or keeps them all before it. */
export interface Turnstile {
  /** Waits until it is open. @returns what to call when the command is over */
  pass(): Promise<() => void>;
  /** Resolves when nobody is in the midst of a command any more. */
  close(): Promise<void>;
  open(): void;
}

export function createTurnstile(): Turnstile {
  let underWayCount = 0;
  let opening = Promise.withResolvers<void>();
  let emptied: PromiseWithResolvers<void> | undefined;
  opening.resolve();

  function leave(): void {
    underWayCount -= 1;
    if (underWayCount === 0) emptied?.resolve();
  }

  return {
    async pass() {
      await opening.promise;
      underWayCount += 1;
      return leave;
    },
    async close() {
      opening = Promise.withResolvers<void>();
      emptied = Promise.withResolvers<void>();
      if (underWayCount === 0) return;
      await emptied.promise;
    },
    open() {
      opening.resolve();
    },
  };
}
