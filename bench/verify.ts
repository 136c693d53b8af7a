import { fillLog } from './fill.js';
import { loadServer, perSecond, summarise } from './http-load.js';
import type { Population, PopulationOptions } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { ServiceProcess } from './service-process.js';
import type { Stage } from './stage.js';
import { verifyCalls } from './verify-calls.js';

const keysCount = 100_000;
const rounds = 9;

/**
 * `POST /v1/verify` with 64 connections beside a bare node:http server that does the same work for the same
 * requests. They take turns, so that both meet the same machine; each is in a process of its own, and so is
 * the generator.
 */
export async function benchVerify(stage: Stage): Promise<BenchRow[]> {
  const { url, population } = await startWithKeys(stage, 'verify', keysCount);
  const bare = stage.startWorker<Population, string>('./bare-server.js');
  const calls = verifyCalls(population);
  const service = await loadServer(stage, url, calls);
  const yardstick = await loadServer(stage, await bare.ask(population), calls);
  const measured = await inTurns(rounds, { ours: service.round, limit: yardstick.round });
  return [
    {
      name: `verify, 64 connections, ${keysCount.toLocaleString('en')} keys, beside bare node:http`,
      ...compare(perSecond(measured.ours), perSecond(measured.limit)),
      unit: 'requests/s',
      target: 0.85,
      limitedBy: 'one core, most of it in node:http',
      notes: [`verify: ${summarise(measured.ours)}.`, `bare node:http: ${summarise(measured.limit)}.`],
    },
  ];
}

/** The service on a database with so many keys, its read models made. */
export async function startWithKeys(
  stage: Stage,
  name: string,
  count: number,
  options: PopulationOptions = {},
): Promise<ServiceProcess & { readonly databaseUrl: string; readonly population: Population }> {
  const databaseUrl = await stage.makeDatabase(name);
  stage.tell(`  Writing ${count.toLocaleString('en')} keys.`);
  const population = await fillLog(databaseUrl, count, options);
  stage.tell('  Starting the service, which makes its read models.');
  return { ...(await stage.startService(databaseUrl)), databaseUrl, population };
}
