/** There was no answer in time; whatever was asked for may have been done. */
export class Silence extends Error {
  override readonly name = 'Silence';

  constructor(milliseconds: number) {
    super(`EventStoreDB did not answer within ${milliseconds} ms.`);
  }
}

/**
 * Settles as the work does, or with Silence after the time. The client's own deadlines do not hold: its appends
 * share a call that has none.
 */
export function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Silence(milliseconds)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
