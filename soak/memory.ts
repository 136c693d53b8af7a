import type { Tally } from './promises.js';
import type { Service } from './service.js';

/** Looks at the memory of processes as long as they live. */
export interface MemoryWatch {
  /** Judges those that still live. */
  stop(): void;
}

interface Life {
  readonly generation: number;
  readonly bytes: number[];
}

const sampleMilliseconds = 1_000;
/** A shorter life says nothing: caches fill, and the collector of garbage takes its time. */
const leastSeconds = 300;
const toleratedBytes = 32 * 2 ** 20;

/**
 * Memory is flat when a process that has lived for minutes has in the last third of its life no more than in the
 * second one, by a tenth and what the collector of garbage leaves lying about.
 */
export function watchMemory(services: readonly Service[], tally: Tally): MemoryWatch {
  const lives = new Map<Service, Life>();

  function sample(): void {
    for (const service of services) {
      const bytes = service.memoryBytes();
      const life = lives.get(service);
      if (life && life.generation !== service.generation()) judge(service.name, life);
      if (bytes === undefined) continue;
      if (life?.generation === service.generation()) life.bytes.push(bytes);
      else lives.set(service, { generation: service.generation(), bytes: [bytes] });
    }
  }

  function judge(name: string, { bytes }: Life): void {
    if (bytes.length < leastSeconds) return;
    const third = Math.floor(bytes.length / 3);
    const before = median(bytes.slice(third, 2 * third));
    const after = median(bytes.slice(2 * third));
    const isFlat = after <= before * 1.1 + toleratedBytes;
    tally.check('memory', isFlat, () => `${name} went from ${inMegabytes(before)} to ${inMegabytes(after)}`);
  }

  const timer = setInterval(sample, sampleMilliseconds);
  return {
    stop() {
      clearInterval(timer);
      for (const [{ name }, life] of lives) judge(name, life);
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
