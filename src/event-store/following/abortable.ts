/** Settles as the work does, or with undefined at once when the signal aborts; the work is then left alone. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    // A race with one promise for the abort would keep something of every piece of work until then.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
