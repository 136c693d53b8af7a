import { setTimeout as sleep } from 'node:timers/promises';
import { createCodec } from '../src/event-store/codec/codec.js';
import { createLedger, type Ledger } from '../src/event-store/ledger.js';
import { createPostgresEventStore } from '../src/event-store/postgres/index.js';
import { createMemoryKeyRing } from '../src/platform/key-ring.js';
import { inventPopulation } from './population.js';
import { answerQuestions } from './workers.js';

export interface WriteOrder {
  /** Of the database whose log is written to. */
  readonly url: string;
  readonly writesPerSecond: number;
  readonly seconds: number;
}

const sliceMilliseconds = 50;
let ledger: Ledger | undefined;

/** Another process that makes keys, at an even pace if the log can keep it. @returns how many it made */
answerQuestions(async ({ url, writesPerSecond, seconds }: WriteOrder): Promise<number> => {
  ledger ??= createLedger(createPostgresEventStore({ url }), createCodec(createMemoryKeyRing()));
  const log = ledger;
  const perSlice = Math.round((writesPerSecond * sliceMilliseconds) / 1_000);
  const began = performance.now();
  let count = 0;
  for (let slice = 1; slice * sliceMilliseconds <= seconds * 1_000; slice++) {
    const streams = [...inventPopulation(perSlice).streams].slice(-perSlice);
    await Promise.all(streams.map(({ stream, events }) => log.append(stream, 0, events)));
    count += perSlice;
    await sleep(Math.max(0, began + slice * sliceMilliseconds - performance.now()));
    if (performance.now() > began + seconds * 1_000) break;
  }
  return count;
});
