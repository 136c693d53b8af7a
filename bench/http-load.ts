import type { Calls, LoadReport, LoadRequest } from './load.js';
import { median } from './row.js';
import type { Stage } from './stage.js';

export interface Round extends LoadReport {
  /** Of the server's process for one request; unlike the rest it does not suffer from busy neighbours. */
  readonly cpuMicroseconds: number;
}

/** One server under load, from a generator in a process of its own. */
export interface Loaded {
  round(): Promise<Round>;
}

export interface LoadOptions {
  readonly connections?: number;
  readonly seconds?: number;
  /** So long because the service is many times the code of a bare server, and all of it is compiled as it runs. */
  readonly warmUpSeconds?: number;
}

/** Warms the server up. */
export async function loadServer(
  stage: Stage,
  url: string,
  calls: Calls,
  { connections = 64, seconds = 3, warmUpSeconds = 10 }: LoadOptions = {},
): Promise<Loaded> {
  const generator = stage.startWorker<LoadRequest, LoadReport>('./load.js');
  await generator.ask({ url, connections, seconds: warmUpSeconds, calls });
  return {
    async round() {
      const before = await cpuSecondsOf(url);
      const report = await generator.ask({ url, connections, seconds });
      const cpuSeconds = (await cpuSecondsOf(url)) - before;
      const round = { ...report, cpuMicroseconds: (cpuSeconds * 1e6) / (report.requestsPerSecond * seconds) };
      stage.tell(describe(round));
      return round;
    },
  };
}

/** What the process behind the address has used so far, by its metrics. */
async function cpuSecondsOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]);
}

export function perSecond(rounds: readonly Round[]): number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

export function summarise(rounds: readonly Round[]): string {
  const of = (field: keyof Round) => median(rounds.map((round) => round[field]));
  const latency = `p50 ${of('p50Milliseconds').toFixed(2)} ms, p99 ${of('p99Milliseconds').toFixed(2)} ms`;
  const cpu = `${of('cpuMicroseconds').toFixed(1)} µs of CPU a request`;
  return `${latency}, ${cpu}; the generator was busy ${percent(of('busy'))} of the time`;
}

function describe({ requestsPerSecond, p99Milliseconds, cpuMicroseconds, busy }: Round): string {
  const rate = `${Math.round(requestsPerSecond).toLocaleString('en')}/s`;
  return `  ${rate}, p99 ${p99Milliseconds.toFixed(1)} ms, ${cpuMicroseconds.toFixed(1)} µs CPU, generator ${percent(busy)} busy`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
