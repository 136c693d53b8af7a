import { fillLog } from './fill.js';
import { loadServer, perSecond, summarise } from './http-load.js';
import type { Population, PopulationOptions } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { ServiceProcess } from './service-process.js';
import type { Stage } from './stage.js';
import { verifyCalls } from './verify-calls.js';

const keysCount = 100_000;
/** What of a request is new each time besides the key that it asks about. */
const heads = [
  { name: '', nonces: [], rounds: 9, warmUpSeconds: 10, target: 0.85 },
  { name: ', ids in each', nonces: ['x-request-id', 'x-b3-traceid'], rounds: 5, warmUpSeconds: 5 },
  { name: ', heads never alike', nonces: ['x-nonce'], rounds: 5, warmUpSeconds: 5 },
];

/**
 * `POST /v1/verify` with 64 connections beside a bare node:http server that does the same work for the same
 * requests. They take turns, so that both meet the same machine; each is in a process of its own, and so is
 * the generator.
 */
export async function benchVerify(stage: Stage): Promise<BenchRow[]> {
  const { url, population } = await startWithKeys(stage, 'verify', keysCount);
  const bareUrl = await stage.startWorker<Population, string>('./bare-server.js').ask(population);
  const rows: BenchRow[] = [];
  for (const { name, nonces, rounds, warmUpSeconds, target } of heads) {
    const calls = { ...verifyCalls(population), nonces };
    const service = await loadServer(stage, url, calls, { warmUpSeconds });
    const yardstick = await loadServer(stage, bareUrl, calls, { warmUpSeconds });
    const measured = await inTurns(rounds, { ours: service.round, limit: yardstick.round });
    rows.push({
      name: `verify, ${keysCount.toLocaleString('en')} keys, beside bare node:http${name}`,
      ...compare(perSecond(measured.ours), perSecond(measured.limit)),
      unit: 'requests/s',
      ...(target !== undefined && { target }),
      limitedBy: 'one core, most of it in the call that writes an answer',
      notes: [
        `verify${name}: ${summarise(measured.ours)}.`,
        `bare node:http${name}: ${summarise(measured.limit)}.`,
      ],
    });
  }
  return rows;
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
