import type { Tally } from './promises.js';
import type { Service } from './service.js';
import { percentile } from './stopwatch.js';

/** Looks at the memory of processes as long as they live. */
export interface MemoryWatch {
  /** Of the processes that have lived long enough to tell. */
  readonly trends: readonly MemoryTrend[];
  /** Judges those that still live. */
  stop(): void;
}

/** How the memory of a process went once it was warm. */
export interface MemoryTrend {
  readonly name: string;
  readonly minutes: number;
  /** In the middle. */
  readonly bytes: number;
  /** By how much it grew from the first minute of that time to the last. */
  readonly grownBytes: number;
}

interface Life {
  readonly generation: number;
  readonly bytes: number[];
}

const sampleMilliseconds = 1_000;
/** A shorter life says nothing: caches fill, and the collector of garbage takes its time. */
const leastSeconds = 300;
/** The first part of a life, in which code is compiled and caches fill, is left out. */
const warmUpPart = 1 / 3;
const windowsCount = 60;
const toleratedBytes = 32 * 2 ** 20;

/**
 * Memory is flat when a process that has lived for minutes does not grow any more after the first third of its life,
 * but by a tenth and what the collector of garbage leaves lying about. Its growth is the median of the slopes between
 * any two moments (Theil and Sen): neither a peak nor a late sweep changes it, and a leak, which is there all the time,
 * cannot hide.
 */
export function watchMemory(services: readonly Service[], tally: Tally): MemoryWatch {
  const lives = new Map<Service, Life>();
  const trends: MemoryTrend[] = [];

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
    const trend = { name, minutes: bytes.length / 60, ...trendOf(bytes) };
    trends.push(trend);
    const isFlat = trend.grownBytes <= trend.bytes * 0.1 + toleratedBytes;
    tally.check('memory', isFlat, () => `${name} grew by ${inMegabytes(trend.grownBytes)}`);
  }

  const timer = setInterval(sample, sampleMilliseconds);
  return {
    trends,
    stop() {
      clearInterval(timer);
      for (const [{ name }, life] of lives) judge(name, life);
    },
  };
}

/** @param bytes one for each second of a life */
export function trendOf(bytes: readonly number[]): Pick<MemoryTrend, 'bytes' | 'grownBytes'> {
  const warm = bytes.slice(Math.floor(bytes.length * warmUpPart));
  const size = Math.ceil(warm.length / windowsCount);
  const windows = Array.from({ length: Math.floor(warm.length / size) }, (_, at) =>
    percentile(warm.slice(at * size, (at + 1) * size), 0.5),
  );
  const slopes = windows.flatMap((from, at) =>
    windows.slice(at + 1).map((to, distance) => (to - from) / (distance + 1)),
  );
  return { bytes: percentile(windows, 0.5), grownBytes: percentile(slopes, 0.5) * (windows.length - 1) };
}

export const inMegabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
