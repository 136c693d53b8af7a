import { hash } from 'node:crypto';
import { createCodec } from '../src/event-store/codec/codec.js';
import { createLedger, type Ledger } from '../src/event-store/ledger.js';
import { createMemoryEventStore } from '../src/event-store/memory/index.js';
import { systemClock } from '../src/platform/clock.js';
import { newId } from '../src/platform/ids.js';
import { createMemoryKeyRing } from '../src/platform/key-ring.js';
import { type AccessIndex, createAccessIndex } from '../src/verification/access-index.js';
import { createAuthenticator } from '../src/verification/authenticator.js';
import { createUseRecorder } from '../src/verification/uses.js';
import { verify } from '../src/verification/verify.js';
import { inventPopulation, type Population } from './population.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';

const keysCount = 100_000;
const rounds = 5;
const roundMilliseconds = 1_000;
const callsBetweenLooks = 200;

/** The verdict itself, in this process: beside what no verdict can do without, SHA-256 and a look-up in a Map. */
export async function benchDecide(stage: Stage): Promise<BenchRow[]> {
  const index = createAccessIndex();
  const population = inventInto(index);
  const at = new Date().toISOString();
  const caller = createAuthenticator(index).key(population.gateway, {}, at);
  if (!caller) throw new Error('The gateway is not known.');
  const uses = createUseRecorder({
    ledger: emptyLedger(),
    clock: systemClock,
    newId,
    processId: newId(),
    warn: stage.tell,
  });
  const known = new Map(population.keys.map((key) => [hash('sha256', key.secret, 'base64url'), key]));
  const measured = await inTurns(rounds, {
    ours: async () =>
      perSecond(population, (key) => {
        const answer = verify({ index, uses }, caller, { key, permission: 'models:train' }, at);
        return answer !== 'forbidden' && answer.allowed;
      }),
    limit: async () => perSecond(population, (key) => known.has(hash('sha256', key, 'base64url'))),
  });
  return [
    {
      name: `decide in process, ${keysCount.toLocaleString('en')} keys, beside SHA-256 and a Map`,
      ...compare(measured.ours, measured.limit),
      unit: 'verdicts/s',
      limitedBy: 'one core, half of it waiting for memory: each key is asked about at random',
      notes: [],
    },
  ];
}

function inventInto(index: AccessIndex): Population {
  const { population, streams } = inventPopulation(keysCount);
  let position = 0;
  for (const { stream, events } of streams) {
    for (const [i, one] of events.entries()) {
      index.apply({ ...one, stream, revision: i + 1, position: String(++position) });
    }
  }
  return population;
}

/** Uses are counted; they are not written down within a round. */
function emptyLedger(): Ledger {
  return createLedger(createMemoryEventStore(), createCodec(createMemoryKeyRing()));
}

function perSecond({ keys }: Population, decide: (secret: string) => boolean): number {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < roundMilliseconds) {
    for (let call = 0; call < callsBetweenLooks; call++) {
      const key = keys[Math.floor(Math.random() * keys.length)];
      if (!key || !decide(key.secret)) throw new Error('A good key was refused.');
    }
    count += callsBetweenLooks;
  }
  return (count * 1_000) / (performance.now() - began);
}
