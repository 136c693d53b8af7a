import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Batch, RecordedEvent } from '../src/event-store/port.js';
import { type CanaryName, canaries, type Graft } from './canaries.js';
import type { Levers } from './levers.js';

/**
 * Loaded before the service by `node --import`, in processes that soak starts and nowhere else: levers that the
 * product does not have, and the bug that a canary asks for. The product's files stay as they are.
 */

let levers: Levers = { clockShiftMilliseconds: 0, isDeliveryDisordered: false };

process.on('message', (message) => {
  levers = { ...levers, ...(message as Partial<Levers>) };
});
process.channel?.unref();

/** Followers promise to bear it: each event is there already, and their position says so. */
const delivery: Graft = {
  file: 'src/event-store/ledger.js',
  find: 'for await (const batch of store.follow(options)){',
  replace: 'for await (const batch of globalThis.compassSoakDeliver(store.follow(options))){',
};

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
  const keyed = list.map((value) => ({ value, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ value }) => value);
}

function graftsFor(path: string): Graft[] {
  const name = process.env.COMPASS_TEST_CANARY as CanaryName | undefined;
  const all: readonly Graft[] = name === undefined ? [delivery] : [delivery, canaries[name].graft];
  return all.filter(({ file }) => path === file);
}

function graft(source: string, { file, find, replace }: Graft): string {
  const parts = source.split(find);
  if (parts.length !== 2) throw new Error(`${file} does not hold once what a canary would change: ${find}`);
  return parts.join(replace);
}

const root = fileURLToPath(new URL('../', import.meta.url));

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:')) return nextLoad(url, context);
    const path = fileURLToPath(url);
    const grafts = graftsFor(path.startsWith(root) ? path.slice(root.length) : path);
    if (grafts.length === 0) return nextLoad(url, context);
    const source = grafts.reduce(graft, readFileSync(path, 'utf8'));
    return { format: 'module', source, shortCircuit: true };
  },
});

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
