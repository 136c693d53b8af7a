import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import type { Batch, RecordedEvent } from '../src/event-store/port.js';
import { chanceOf } from './chance.js';
import type { Levers } from './levers.js';

/**
 * Loaded before the service by `node --import`, in processes that soak starts and nowhere else: levers that the
 * product does not have.
 */

let levers: Levers = { clockShiftMilliseconds: 0, isDeliveryDisordered: false };

const { COMPASS_TEST_SEED: seed, COMPASS_TEST_PROCESS: name } = process.env;
const chance = chanceOf(Number(seed), `delivery to ${name}`);

/** From the process, which soak tells, to its threads, which it cannot. */
const threads = new BroadcastChannel('compass soak levers');
threads.unref();

function take(message: unknown): void {
  levers = { ...levers, ...(message as Partial<Levers>) };
}

if (isMainThread) {
  process.on('message', (message) => {
    take(message);
    threads.postMessage(message);
  });
  // A service in a group of its own would outlive a soak that was killed, and its database with it.
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
} else {
  threads.onmessage = ({ data }: { data: unknown }) => take(data);
}

const keptCount = 60;

async function* deliver(batches: AsyncIterable<Batch>): AsyncIterable<Batch> {
  let recent: RecordedEvent[] = [];
  for await (const batch of batches) {
    const old = levers.isDeliveryDisordered ? shuffled(recent) : [];
    recent = [...recent, ...batch.events].slice(-keptCount);
    yield old.length === 0 ? batch : { ...batch, events: [...old, ...batch.events] };
  }
}

function shuffled<T>(list: readonly T[]): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(chance.below(left.length), 1));
}

const RealDate = Date;
const now = (): number => RealDate.now() + levers.clockShiftMilliseconds;

Object.assign(globalThis, {
  compassSoakDeliver: deliver,
  Date: new Proxy(RealDate, {
    construct: (target, given, asked) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, asked) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  }),
});
