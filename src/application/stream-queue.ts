import { StoreUnavailable } from '../event-store/port.js';

/** One stream takes this many waiting commands; more are refused, so that a flood stays bounded. */
const waitingMaxCount = 1_000;

interface Line {
  tail: Promise<unknown>;
  waiting: number;
}

/** Runs the work of one stream in order, one at a time; different streams do not wait for each other. */
export function createStreamQueue(): <T>(stream: string, work: () => Promise<T>) => Promise<T> {
  const lines = new Map<string, Line>();
  return async (stream, work) => {
    const line = lines.get(stream) ?? { tail: Promise.resolve(), waiting: 0 };
    if (line.waiting >= waitingMaxCount) {
      throw new StoreUnavailable(`More than ${waitingMaxCount} commands wait for ${stream}.`);
    }
    lines.set(stream, line);
    line.waiting += 1;
    const turn = line.tail.then(work, work);
    line.tail = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(stream);
    }
  };
}
