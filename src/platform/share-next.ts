/**
 * Runs work for all who ask for it at the same time. Whoever asks while it is being done gets the next run, which
 * begins afterwards: what was so when they asked is so when their run begins.
 */
export function shareNext<T>(work: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    if (next) return next;
    const run = last.then(() => {
      next = undefined;
      return work();
    });
    next = run;
    // Whoever asked for a run hears of its failure; those who come after it do not.
    last = run.catch(() => undefined);
    return run;
  };
}
