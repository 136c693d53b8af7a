import { loadServer, perSecond, summarise } from './http-load.js';
import type { Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';
import { verifyBatchCalls } from './verify-calls.js';

const keysCount = 100_000;
const keysPerCall = 100;
const rounds = 5;

/** `POST /v1/verify/batch`, 100 keys a call on 16 connections, beside the same bare server. */
export async function benchVerifyBatch(stage: Stage): Promise<BenchRow[]> {
  const { url, population } = await startWithKeys(stage, 'batch', keysCount);
  const bare = stage.startWorker<Population, string>('./bare-server.js');
  const calls = verifyBatchCalls(population, keysPerCall);
  const options = { connections: 16, warmUpSeconds: 5 };
  const service = await loadServer(stage, url, calls, options);
  const yardstick = await loadServer(stage, await bare.ask(population), calls, options);
  const measured = await inTurns(rounds, { ours: service.round, limit: yardstick.round });
  const { ours, limit, ratio } = compare(perSecond(measured.ours), perSecond(measured.limit));
  return [
    {
      name: `batch verify, ${keysPerCall} keys a call, beside bare node:http`,
      ours: ours * keysPerCall,
      limit: limit * keysPerCall,
      ratio,
      unit: 'keys/s',
      limitedBy: 'one core: checksum, SHA-256, look-up, rights and counting the use of each key',
      notes: [`batch: ${summarise(measured.ours)}.`, `bare node:http: ${summarise(measured.limit)}.`],
    },
  ];
}
