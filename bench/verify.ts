import type { LoadReport, LoadRequest } from './load.js';
import type { Population } from './population.js';
import { type BenchRow, median } from './row.js';
import { startWorker } from './workers.js';

const connections = 64;
/** So long because the service is many times the code of the bare server, and all of it is compiled as it runs. */
const warmUpSeconds = 12;
const roundSeconds = 3;
const rounds = 9;

/**
 * `POST /v1/verify` with 64 connections beside a bare node:http server that does the same work for the same
 * requests. They take turns, so that both meet the same machine; each is in a process of its own, and so is
 * the generator.
 * @param url of the service, which knows the population
 * @param tell is given a line for whoever waits
 */
export async function benchVerify(
  url: string,
  population: Population,
  tell: (line: string) => void,
): Promise<BenchRow> {
  const bare = startWorker<Population, string>('./bare-server.js');
  const load = startWorker<LoadRequest, LoadReport>('./load.js');
  const round = async (address: string, seconds = roundSeconds, asked?: Population): Promise<Round> => {
    const before = await cpuSecondsOf(address);
    const report = await load.ask({
      url: address,
      connections,
      seconds,
      ...(asked && { population: asked }),
    });
    const cpuSeconds = (await cpuSecondsOf(address)) - before;
    return { ...report, cpuMicroseconds: (cpuSeconds * 1e6) / (report.requestsPerSecond * seconds) };
  };
  try {
    const bareUrl = await bare.ask(population);
    await round(url, warmUpSeconds, population);
    await round(bareUrl, warmUpSeconds);
    const ours: Round[] = [];
    const limit: Round[] = [];
    for (let number = 1; number <= rounds; number++) {
      const one = await round(url);
      const other = await round(bareUrl);
      ours.push(one);
      limit.push(other);
      tell(`verify, round ${number} of ${rounds}: ${describe(one)}; bare server: ${describe(other)}`);
    }
    return rowOf(population.keys.length, ours, limit);
  } finally {
    await Promise.all([bare.stop(), load.stop()]);
  }
}

interface Round extends LoadReport {
  /** Of the server's process for one request; unlike the rest it does not suffer from busy neighbours. */
  readonly cpuMicroseconds: number;
}

/** What the process behind the address has used so far, by its metrics. */
async function cpuSecondsOf(address: string): Promise<number> {
  const metrics = await (await fetch(`${address}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)?.[1]);
}

function rowOf(keysCount: number, ours: readonly Round[], limit: readonly Round[]): BenchRow {
  const ratios = ours.map(
    ({ requestsPerSecond }, i) => requestsPerSecond / (limit[i]?.requestsPerSecond ?? 0),
  );
  return {
    name: `verify, ${connections} connections, ${keysCount.toLocaleString('en')} keys, beside bare node:http`,
    ours: median(ours.map(({ requestsPerSecond }) => requestsPerSecond)),
    limit: median(limit.map(({ requestsPerSecond }) => requestsPerSecond)),
    unit: 'requests/s',
    // Of neighbouring rounds: what slows the machine for longer than a round slows both.
    ratio: median(ratios),
    target: 0.8,
    limitedBy: 'one core, most of it in node:http',
    notes: [`verify: ${summarise(ours)}.`, `bare node:http: ${summarise(limit)}.`],
  };
}

function summarise(rounds: readonly Round[]): string {
  const of = (field: keyof Round) => median(rounds.map((round) => round[field]));
  const latency = `p50 ${of('p50Milliseconds').toFixed(2)} ms, p99 ${of('p99Milliseconds').toFixed(2)} ms`;
  const cpu = `${of('cpuMicroseconds').toFixed(1)} µs of CPU a request`;
  return `${latency}, ${cpu}; the generator was busy ${percent(of('busy'))} of the time`;
}

function describe({ requestsPerSecond, cpuMicroseconds, busy }: Round): string {
  return `${Math.round(requestsPerSecond).toLocaleString('en')}/s (${cpuMicroseconds.toFixed(1)} µs CPU, generator ${percent(busy)} busy)`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
