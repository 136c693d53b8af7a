import { randomInt } from 'node:crypto';
import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/index.js';
import {
  type EncodedEvent,
  type EventStore,
  OutcomeUnknown,
  type Position,
  type RecordedEvent,
  StoreUnavailable,
  start,
} from '../../src/event-store/port.js';
import {
  appendFaults,
  readFaults,
  type StandIn,
  startStandIn,
} from '../support/eventstore-stand-in/index.js';
import { eventually } from '../support/eventually.js';
import { someEvents } from './event-store/log.js';

const appendsCount = 2_000;
const writersCount = 32;
/** As many writers share a stream as make conflicts common. */
const streamsCount = 16;
const faultShare = 0.2;
const troubleEveryCount = 100;
const timeouts = { try: 250, append: 2_000, read: 400 };
const seed = Number(process.env.COMPASS_TEST_SEED ?? randomInt(2 ** 31));

let standIn: StandIn;
let store: EventStore;
/** A closed store refuses without a moment's delay: who tried on after a test in vain would let nobody else have a turn. */
let over: AbortController;

beforeEach(async () => {
  standIn = await startStandIn();
  over = new AbortController();
  store = createEventStoreDbEventStore({ url: standIn.url, timeouts, pollMilliseconds: 100 });
});
afterEach(async () => {
  over.abort();
  await store.close();
  standIn.stop();
});

/** A promise that fails and to which nobody listens fails the test that runs: Jest sees to that. */
test(`${appendsCount} appends with a fault in one of five (COMPASS_TEST_SEED=${seed})`, async () => {
  const random = createRandom(seed);
  const met = new Map<string, number>();
  const begunIds = new Set<string>();
  standIn.setFaults({ append: (id) => meetOnce(id), read: () => meet(readFaults) });
  const acknowledged: string[] = [];
  const stopped = new AbortController();
  const seen: RecordedEvent[] = [];
  const following = followThroughFaults(seen, stopped.signal);

  let begun = 0;
  await Promise.all(
    Array.from({ length: writersCount }, (_, writer) => write(`key-${writer % streamsCount}`)),
  );
  standIn.setFaults({});
  const stored = standIn.log.all.filter(({ stream }) => !stream.startsWith('$'));
  await eventually('all that is stored, by who follows', () => seen.length >= stored.length || undefined);
  stopped.abort();
  await following;

  const ids = stored.map(({ stream, revision, id }) => `${stream}/${revision + 1n}/${id}`);
  expect(acknowledged).toHaveLength(appendsCount);
  expect(ids.toSorted()).toEqual(acknowledged.toSorted());
  expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length);
  expect(seen.map(({ stream, revision, id }) => `${stream}/${revision}/${id}`)).toEqual(ids);
  expect([...met.keys()].toSorted()).toEqual([...new Set([...appendFaults, ...readFaults])].toSorted());

  /** What is tried again meets no further fault of its own, but those that befall the connection. */
  function meetOnce(id: string): (typeof appendFaults)[number] | undefined {
    if (begunIds.has(id)) return undefined;
    begunIds.add(id);
    return meet(appendFaults);
  }

  function meet<Fault extends string>(faults: readonly Fault[]): Fault | undefined {
    if (random() >= faultShare) return undefined;
    const fault = faults[Math.floor(random() * faults.length)];
    if (fault) met.set(fault, (met.get(fault) ?? 0) + 1);
    return fault;
  }

  async function write(stream: string): Promise<void> {
    let expected = 0n;
    while (begun++ < appendsCount) {
      if (begun % troubleEveryCount === 0) standIn.subscriptions.drop();
      if (begun % troubleEveryCount === troubleEveryCount / 2) standIn.subscriptions.silence();
      const [event] = someEvents(1);
      if (!event) continue;
      expected = await appendAnyhow(stream, expected, event);
      acknowledged.push(`${stream}/${expected}/${event.id}`);
    }
  }
});

/**
 * The same event, again where the outcome is unknown, and behind what others stored where that is the outcome.
 * @returns its revision
 */
async function appendAnyhow(stream: string, first: bigint, event: EncodedEvent): Promise<bigint> {
  let expected = first;
  let isUnknown = false;
  for (;;) {
    over.signal.throwIfAborted();
    try {
      const result = await store.append(stream, expected, [event]);
      if (result.ok) return result.revision;
      expected = result.actual;
      isUnknown = false;
    } catch (error) {
      isUnknown ||= error instanceof OutcomeUnknown;
      if (!isUnknown && !(error instanceof StoreUnavailable)) throw error;
    }
  }
}

/** As whoever follows does: when the log fails, on from his own position. */
async function followThroughFaults(seen: RecordedEvent[], signal: AbortSignal): Promise<void> {
  let after: Position = start;
  while (!signal.aborted && !over.signal.aborted) {
    try {
      for await (const batch of store.follow({ after, signal })) {
        seen.push(...batch.events);
        after = batch.position;
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

describe('a server that is away', () => {
  it('has certainly stored nothing', async () => {
    standIn.stop();
    await expect(store.append('key-1', 0n, someEvents(1))).rejects.toThrow(StoreUnavailable);
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
  });

  it('is found again when it comes back, with what it held', async () => {
    const [first, second] = [someEvents(1), someEvents(1)];
    await store.append('key-1', 0n, first);
    const { log, port } = standIn;
    standIn.stop();
    await expect(store.append('key-1', 1n, second)).rejects.toThrow();
    standIn = await startStandIn({ log, port });
    await appendAnyhow('key-1', 1n, second[0] as EncodedEvent);
    expect(log.stream('key-1').map(({ id }) => id)).toEqual([...first, ...second].map(({ id }) => id));
  });
});

it('does not know the outcome of an append to which there is no answer', async () => {
  standIn.setFaults({ append: () => 'silence-after-storing' });
  const events = someEvents(2);
  await expect(store.append('key-1', 0n, events)).rejects.toThrow(OutcomeUnknown);
  standIn.setFaults({});
  expect(await store.append('key-1', 0n, events)).toMatchObject({ ok: true, revision: 2n });
  expect(standIn.log.stream('key-1')).toHaveLength(2);
});

it('sees by looking what a subscription that went silent does not tell', async () => {
  const follower = store
    .follow({ after: start, signal: new AbortController().signal })
    [Symbol.asyncIterator]();
  await follower.next();
  await eventually('a subscription', () => standIn.subscriptions.openCount === 1 || undefined);
  standIn.subscriptions.silence();
  const next = follower.next();
  const [event] = someEvents(1);
  const other = createEventStoreDbEventStore({ url: standIn.url });
  await other.append('key-1', 0n, event ? [event] : []);
  await other.close();
  expect((await next).value).toMatchObject({ events: [{ id: event?.id }] });
  await follower.return?.();
});

/** Numbers from 0 to 1, the same ones for the same seed. */
function createRandom(from: number): () => number {
  let state = from;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
