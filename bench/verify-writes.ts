import { loadServer, perSecond, summarise } from './http-load.js';
import type { Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';
import { verifyCalls } from './verify-calls.js';
import type { WriteOrder } from './writer.js';

const keysCount = 100_000;
const rounds = 5;
const writesPerSecond = 200;

/**
 * Verification while another process writes to the same log, which this one follows: its index, its read
 * models. The bare server meets the same writes, which take as much of the machine.
 */
export async function benchVerifyBesideWrites(stage: Stage): Promise<BenchRow[]> {
  const { url, databaseUrl, population } = await startWithKeys(stage, 'siblings', keysCount);
  const bare = stage.startWorker<Population, string>('./bare-server.js');
  const calls = verifyCalls(population);
  const service = await loadServer(stage, url, calls);
  const yardstick = await loadServer(stage, await bare.ask(population), calls, { warmUpSeconds: 5 });
  const writer = stage.startWorker<WriteOrder, number>('./writer.js');
  const written: number[] = [];
  const whileWriting = async <T>(round: () => Promise<T>): Promise<T> => {
    const [measured, count] = await Promise.all([
      round(),
      writer.ask({ url: databaseUrl, writesPerSecond, seconds: 3 }),
    ]);
    written.push(count / 3);
    return measured;
  };
  const measured = await inTurns(rounds, {
    alone: service.round,
    ours: () => whileWriting(service.round),
    limit: () => whileWriting(yardstick.round),
  });
  const alone = compare(perSecond(measured.ours), perSecond(measured.alone));
  return [
    {
      name: `verify beside ${writesPerSecond} new keys/s of another process, ${keysCount.toLocaleString('en')} keys`,
      ...compare(perSecond(measured.ours), perSecond(measured.limit)),
      unit: 'requests/s',
      limitedBy: 'cores: Postgres, the writer and the read models want them too',
      notes: [
        `siblings: ${summarise(measured.ours)}; ${alone.ratio.toFixed(2)} of what it does without writes, ` +
          `and ${Math.round(Math.min(...written))} to ${Math.round(Math.max(...written))} keys a second were made.`,
        `bare node:http, beside the same writes: ${summarise(measured.limit)}.`,
      ],
    },
  ];
}
