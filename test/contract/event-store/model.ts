import fc from 'fast-check';
import type { EncodedEvent, EventStore } from '../../../src/event-store/port.js';
import { followUntil, idsOf, type LogUnderTest, readAll, someEvents } from './log.js';

/** The appends that were stored, in order. */
type Model = readonly Stored[];

interface Stored {
  readonly stream: string;
  readonly expected: bigint;
  readonly events: readonly EncodedEvent[];
}

const streams = ['a', 'b', 'c'];

/** An append at an expected revision that is off by so much, or an earlier append once more. */
const step = fc.record({
  store: fc.nat({ max: 1 }),
  repeated: fc.option(fc.nat({ max: 5 }), { freq: 3, nil: undefined }),
  stream: fc.constantFrom(...streams),
  off: fc.constantFrom(0n, 0n, 0n, 1n, -1n),
  count: fc.integer({ min: 1, max: 4 }),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

export function describeModel(log: () => LogUnderTest): void {
  it('behaves like a list of appends, whatever is appended and repeated', async () => {
    const { store, another } = log();
    const stores = [store, another()];
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const prefix = `run${run++}-`;
        const before = await store.head();
        let model: Model = [];
        for (const each of steps) {
          model = await play({ ...each, stream: prefix + each.stream }, stores[each.store] ?? store, model);
        }
        expect(idsOf(await followUntil(store, before))).toEqual(model.flatMap(({ events }) => idsOf(events)));
        for (const stream of streams.map((name) => prefix + name)) {
          expect(idsOf(await readAll(store, stream))).toEqual(idsIn(model, stream));
        }
      }),
      { numRuns: 40 },
    );
  });
}

async function play({ repeated, stream, off, count }: Step, store: EventStore, model: Model): Promise<Model> {
  const earlier = repeated === undefined ? undefined : model[repeated];
  if (earlier) {
    const revision = earlier.expected + BigInt(earlier.events.length);
    const answer = await store.append(earlier.stream, earlier.expected, earlier.events);
    expect(answer).toMatchObject({ ok: true, revision });
    return model;
  }
  const actual = BigInt(idsIn(model, stream).length);
  const expected = actual + off < 0n ? 0n : actual + off;
  const events = someEvents(count);
  const answer = await store.append(stream, expected, events);
  if (expected !== actual) {
    expect(answer).toEqual({ ok: false, actual });
    return model;
  }
  expect(answer).toMatchObject({ ok: true, revision: actual + BigInt(count) });
  return [...model, { stream, expected, events }];
}

function idsIn(model: Model, stream: string): string[] {
  return model.filter((append) => append.stream === stream).flatMap(({ events }) => idsOf(events));
}
