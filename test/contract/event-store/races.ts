import {
  comparePositions,
  type EventStore,
  type RecordedEvent,
  start,
} from '../../../src/event-store/port.js';
import { followUntil, idsOf, type LogUnderTest, readAll, someEvents } from './log.js';

const races = 100;
const appendsPerWriter = 40;
const streams = 8;

export function describeRaces(log: () => LogUnderTest): void {
  describe('under contention', () => {
    it('lets exactly one of many win a revision, a hundred times', async () => {
      const { store, another } = log();
      const racers = [store, another(), another(), another()].flatMap((each) => [each, each]);
      for (let race = 0; race < races; race++) {
        const events = someEvents(racers.length);
        const results = await Promise.all(
          racers.map((racer, index) => racer.append('key-1', BigInt(race), events.slice(index, index + 1))),
        );
        const winners = events.filter((_, index) => results[index]?.ok);
        const losers = results.filter(({ ok }) => !ok);
        expect(winners).toHaveLength(1);
        expect(losers).toEqual(losers.map(() => ({ ok: false, actual: BigInt(race + 1) })));
        expect((await readAll(store, 'key-1')).at(-1)?.id).toBe(winners[0]?.id);
      }
    });

    it('shows every reader each event once and in order while sixteen write', async () => {
      const { store, another } = log();
      const stores = [store, another(), another(), another()];
      const writers = [1, 2, 3, 4].flatMap(() => stores);
      const total = writers.length * appendsPerWriter * 2;
      const readers = [another(), store].map((reader) =>
        followUntil(reader, start, (seen) => seen.length >= total),
      );
      const acknowledged = await Promise.all(
        writers.map(async (writer, index) => {
          const ids: string[] = [];
          for (let turn = 0; turn < appendsPerWriter; turn++) {
            ids.push(...(await appendAnyhow(writer, `key-${(index + turn) % streams}`)));
          }
          return ids;
        }),
      );
      for (const seen of await Promise.all(readers)) {
        expect(idsOf(seen).toSorted()).toEqual(acknowledged.flat().toSorted());
        expectOrder(seen);
      }
      expect(await followUntil(another(), start)).toEqual(await readers[0]);
    });
  });
}

/** Two events, at whatever revision the stream turns out to be. */
async function appendAnyhow(store: EventStore, stream: string): Promise<string[]> {
  const events = someEvents(2);
  let expected = 0n;
  for (;;) {
    const result = await store.append(stream, expected, events);
    if (result.ok) return idsOf(events);
    expected = result.actual;
  }
}

/** Positions rise, and the revisions of each stream count up from one. */
function expectOrder(seen: readonly RecordedEvent[]): void {
  const revisions = new Map<string, bigint>();
  for (const [index, { stream, revision, position }] of seen.entries()) {
    const before = seen[index - 1];
    if (before) expect(comparePositions(before.position, position)).toBe(-1);
    expect(revision).toBe((revisions.get(stream) ?? 0n) + 1n);
    revisions.set(stream, revision);
  }
}
