import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Loaded, loadServer, perSecond, type Round, summarise } from './http-load.js';
import type { IndexMemory } from './index-memory.js';
import type { Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';
import { startWithKeys } from './verify.js';
import { verifyCalls } from './verify-calls.js';

const fewKeys = 10_000;
const manyKeys = 1_000_000;
const rounds = 7;
const many = manyKeys.toLocaleString('en');
const few = fewKeys.toLocaleString('en');

/** What a million keys change: the start, the memory, and verification beside the same with ten thousand. */
export async function benchMillion(stage: Stage): Promise<BenchRow[]> {
  // An event each is enough here, and makes every read model twice as soon.
  const large = await startWithKeys(stage, 'million', manyKeys, { madeBy: 'key' });
  stage.tell(`  Its read models and its index took ${large.startSeconds.toFixed(1)} s.`);
  await large.stop();
  stage.tell('  Waiting until Postgres has tidied up.');
  await quieten(large.databaseUrl);
  const weighing = stage.startWorker<string, IndexMemory>('./index-memory.js');
  const memory = await weighing.ask(large.databaseUrl);
  await weighing.stop();
  const service = await stage.startService(large.databaseUrl);
  return [
    startRow(service.startSeconds, large.startSeconds),
    memoryRow(memory),
    ...(await verifyRows(stage, service.url, large.population)),
  ];
}

async function verifyRows(stage: Stage, url: string, population: Population): Promise<BenchRow[]> {
  const small = await startWithKeys(stage, 'thousands', fewKeys);
  const bare = stage.startWorker<Population, string>('./bare-server.js');
  const calls = verifyCalls(population);
  const load = (address: string, asked = calls): Promise<Loaded> => loadServer(stage, address, asked);
  const [ours, limit, fewer] = [
    await load(url),
    await load(await bare.ask(population)),
    await load(small.url, verifyCalls(small.population)),
  ];
  const measured = await inTurns(rounds, { ours: ours.round, limit: limit.round, few: fewer.round });
  const p99 = (some: readonly Round[]) => some.map(({ p99Milliseconds }) => p99Milliseconds);
  const of = { unit: 'requests/s', limitedBy: 'one core; the more keys, the more of it waits for memory' };
  return [
    {
      ...of,
      name: `verify, ${many} keys, beside bare node:http`,
      ...compare(perSecond(measured.ours), perSecond(measured.limit)),
      notes: [
        `verify at ${many}: ${summarise(measured.ours)}.`,
        `bare node:http at ${many}: ${summarise(measured.limit)}.`,
      ],
    },
    {
      ...of,
      name: `verify, ${many} keys beside ${few}`,
      ...compare(perSecond(measured.ours), perSecond(measured.few)),
      notes: [`verify at ${few}: ${summarise(measured.few)}.`],
    },
    {
      ...of,
      name: `p99 of verify, ${many} keys beside ${few}`,
      ...compare(p99(measured.ours), p99(measured.few)),
      unit: 'ms',
      target: 1.3,
      lessIsBetter: true,
      notes: [],
    },
  ];
}

const startSecondsMax = 8;

function startRow(ours: number, anew: number): BenchRow {
  return {
    name: `start with ${many} keys, beside what is bearable`,
    ours,
    limit: startSecondsMax,
    unit: 's',
    ratio: ours / startSecondsMax,
    target: 1,
    lessIsBetter: true,
    limitedBy: 'one core filling the index from the read model, row by row',
    notes: [`start: with all read models to make anew, ${anew.toFixed(1)} s.`],
  };
}

const bytesPerKeyMax = 300;

function memoryRow({ bytes, keysCount, seconds }: IndexMemory): BenchRow {
  return {
    name: `memory of the index a key at ${many} keys, beside what is bearable`,
    ours: bytes / keysCount,
    limit: bytesPerKeyMax,
    unit: 'bytes',
    ratio: bytes / keysCount / bytesPerKeyMax,
    target: 1,
    lessIsBetter: true,
    limitedBy: 'how records are kept',
    notes: [
      `index: ${keysCount.toLocaleString('en')} keys loaded in ${seconds.toFixed(1)} s; the heap after a full ` +
        'garbage collection and the buffers beside it, with it and without.',
    ],
  };
}

/** Autovacuum comes up to a minute after a load like this, and would be measured with what follows. */
async function quieten(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.query('checkpoint');
  await client.end();
  await sleep(1_000);
}
