import fc from 'fast-check';
import type { ReadOptions } from '../../../src/event-store/port.js';
import { collect, idsOf, type LogUnderTest, readAll, someEvents } from './log.js';

export function describeReading(log: () => LogUnderTest): void {
  describe('readStream', () => {
    it('gives nothing for a stream that does not exist', async () => {
      expect(await readAll(log().store, 'key-1')).toEqual([]);
      expect(await collect(log().store.readStream('key-1', { backwards: true }))).toEqual([]);
    });

    it('gives the part that is asked for', async () => {
      const { store } = log();
      const events = someEvents(7);
      await store.append('key-0', 0n, someEvents(2));
      await store.append('key-1', 0n, events);
      await store.append('key-2', 0n, someEvents(2));
      const options = fc.record(
        {
          from: fc.bigInt({ min: -1n, max: 9n }),
          limit: fc.nat({ max: 9 }),
          backwards: fc.boolean(),
        },
        { requiredKeys: [] },
      );
      await fc.assert(
        fc.asyncProperty(options, async (range) => {
          const found = await collect(store.readStream('key-1', range));
          expect(idsOf(found)).toEqual(idsOf(cut(events, range)));
        }),
      );
    });

    it('gives streams of any length', async () => {
      const { store } = log();
      const events = someEvents(2_345);
      for (let done = 0; done < events.length; done += 1_000) {
        await store.append('uses-1', BigInt(done), events.slice(done, done + 1_000));
      }
      expect(idsOf(await readAll(store, 'uses-1'))).toEqual(idsOf(events));
      const backwards = await collect(store.readStream('uses-1', { backwards: true, limit: 2_100 }));
      expect(idsOf(backwards)).toEqual(idsOf(events.toReversed().slice(0, 2_100)));
    });

    it('gives large events', async () => {
      const { store } = log();
      const events = someEvents(12, { data: new Uint8Array(900_000) });
      for (const [index, event] of events.entries()) await store.append('uses-1', BigInt(index), [event]);
      const found = await readAll(store, 'uses-1');
      expect(idsOf(found)).toEqual(idsOf(events));
      expect(found.map(({ data }) => data.length)).toEqual(events.map(({ data }) => data.length));
      const backwards = await collect(store.readStream('uses-1', { backwards: true, limit: 11 }));
      expect(idsOf(backwards)).toEqual(idsOf(events.toReversed().slice(0, 11)));
    });

    it('gives everybody who asks at once what they asked for', async () => {
      const { store } = log();
      const streams = new Map(
        Array.from({ length: 20 }, (_, number) => [
          `key-${number}`,
          someEvents(number % 4, { data: new Uint8Array(number % 3 === 0 ? 300_000 : 10) }),
        ]),
      );
      for (const [stream, events] of streams) {
        for (const [index, event] of events.entries()) await store.append(stream, BigInt(index), [event]);
      }
      const asks = [...streams].flatMap(([stream, events]) =>
        [{}, { from: 2n }, { limit: 1 }, { backwards: true }].map((range) => ({ stream, events, range })),
      );
      const found = await Promise.all(
        [...asks, ...asks].map(({ stream, range }) => collect(store.readStream(stream, range))),
      );
      expect(found.map(idsOf)).toEqual(
        [...asks, ...asks].map(({ events, range }) => idsOf(cut(events, range))),
      );
    });
  });
}

/** The model: the event with revision n has the index n - 1. */
function cut<Item>(events: readonly Item[], { from, limit, backwards }: ReadOptions): Item[] {
  const numbered = events.map((event, index) => ({ event, revision: BigInt(index + 1) }));
  const inRange = numbered.filter(
    ({ revision }) => from === undefined || (backwards ? revision <= from : revision >= from),
  );
  return (backwards ? inRange.toReversed() : inRange).map(({ event }) => event).slice(0, limit);
}
