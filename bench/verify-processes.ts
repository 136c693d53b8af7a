import { availableParallelism } from 'node:os';
import { loadServer, perSecond } from './http-load.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';
import { verifyCalls } from './verify-calls.js';

const keysCount = 100_000;
const rounds = 5;
/** Two to serve, one to ask, one for Postgres: with fewer there is nothing to gain. */
const coresMin = 4;

/** Verification by two processes on one port beside one, on the same log. */
export async function benchVerifyProcesses(stage: Stage): Promise<BenchRow[]> {
  const { url, databaseUrl, population } = await startWithKeys(stage, 'processes', keysCount);
  const two = await stage.startService(databaseUrl, { COMPASS_PROCESSES: '2' });
  const calls = verifyCalls(population);
  const [ours, one] = [await loadServer(stage, two.url, calls), await loadServer(stage, url, calls)];
  const measured = await inTurns(rounds, { ours: ours.round, one: one.round });
  const cores = availableParallelism();
  return [
    {
      name: `verify by two processes beside one, ${keysCount.toLocaleString('en')} keys, ${cores} cores`,
      ...compare(perSecond(measured.ours), perSecond(measured.one)),
      unit: 'requests/s',
      ...(cores >= coresMin && { target: 1.5 }),
      limitedBy: cores >= coresMin ? 'a core each' : 'cores: the generator and Postgres want them too',
      notes: cores >= coresMin ? [] : [`processes: the target is for ${coresMin} cores and more.`],
    },
  ];
}
