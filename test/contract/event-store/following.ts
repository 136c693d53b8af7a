import {
  type Batch,
  comparePositions,
  type EventStore,
  type Position,
  StoreUnavailable,
  start,
} from '../../../src/event-store/port.js';
import { anEvent, followUntil, idsOf, type LogUnderTest, someEvents, stored } from './log.js';

export function describeFollowing(log: () => LogUnderTest): void {
  describe('head', () => {
    it('is the start of an empty log', async () => {
      expect(await log().store.head()).toBe(start);
    });
  });

  describe('follow', () => {
    it('says at once that there is nothing to read', async () => {
      const { store } = log();
      expect(await firstBatch(store, start)).toEqual({ events: [], position: start, caughtUp: true });
      const { position } = stored(await store.append('key-1', 0n, someEvents(3)));
      expect(await firstBatch(store, position)).toEqual({ events: [], position, caughtUp: true });
    });

    it('gives the events of all streams in the order of the log', async () => {
      const { store } = log();
      const [a, b, c] = [someEvents(2), someEvents(1), someEvents(3)];
      await store.append('key-1', 0n, a);
      await store.append('key-2', 0n, b);
      await store.append('key-1', 2n, c);
      const seen = await followUntil(store, start);
      expect(idsOf(seen)).toEqual(idsOf([...a, ...b, ...c]));
      expect(seen.map(({ stream, revision }) => `${stream}/${revision}`)).toEqual([
        'key-1/1',
        'key-1/2',
        'key-2/1',
        'key-1/3',
        'key-1/4',
        'key-1/5',
      ]);
      expect(seen.map(({ position }) => position)).toEqual(
        seen.map(({ position }) => position).toSorted(comparePositions),
      );
    });

    it('gives the place of events without bodies, and all the others whole', async () => {
      const { store } = log();
      const [uses, others] = [someEvents(3, { type: 'KeyUsesRecorded' }), someEvents(2)];
      await store.append('uses-1', 0n, uses);
      await store.append('key-1', 0n, others);
      const seen = await followUntil(store, start, undefined, { bodiless: new Set(['KeyUsesRecorded']) });
      expect(idsOf(seen)).toEqual(idsOf([...uses, ...others]));
      const whole = await followUntil(store, start);
      expect(seen.slice(3)).toEqual(whole.slice(3));
      const bodies = (events: typeof seen) => events.slice(0, 3).map(({ data }) => Buffer.from(data));
      for (const [n, body] of bodies(seen).entries())
        expect([Buffer.alloc(0), bodies(whole)[n]]).toContainEqual(body);
    });

    it('goes on after any event', async () => {
      const { store } = log();
      await store.append('key-1', 0n, someEvents(4));
      await store.append('key-2', 0n, someEvents(4));
      const all = await followUntil(store, start);
      for (const [index, { position }] of all.entries()) {
        expect(idsOf(await followUntil(store, position))).toEqual(idsOf(all.slice(index + 1)));
      }
    });

    it('gives a long log in batches, of which the last has caught up', async () => {
      const { store } = log();
      const events = someEvents(2_500);
      for (let done = 0; done < events.length; done += 500) {
        await store.append('uses-1', BigInt(done), events.slice(done, done + 500));
      }
      const batches: Batch[] = [];
      await followUntil(store, start, (_, batch) => {
        batches.push(batch);
        return batch.caughtUp;
      });
      expect(batches.flatMap((batch) => idsOf(batch.events))).toEqual(idsOf(events));
      for (const batch of batches) {
        expect(batch.events.length).toBeLessThanOrEqual(1_000);
        expect(batch.position).toBe(batch.events.at(-1)?.position);
      }
      expect(batches.at(-1)?.position).toBe(await store.head());
      expect(batches.slice(0, -1).some(({ caughtUp }) => caughtUp)).toBe(false);
    });

    it('gives a log of large events', async () => {
      const { store } = log();
      const events = someEvents(12, { metadata: new Uint8Array(900_000) });
      for (const [index, event] of events.entries()) await store.append('uses-1', BigInt(index), [event]);
      expect(idsOf(await followUntil(store, start))).toEqual(idsOf(events));
    });

    it('waits for more, from its own store and from others', async () => {
      const { store, another } = log();
      const other = another();
      const batches = store.follow({ after: start, signal: new AbortController().signal });
      const follower = batches[Symbol.asyncIterator]();
      expect((await follower.next()).value).toMatchObject({ events: [], caughtUp: true });
      for (const [index, writer] of [store, other, store, other].entries()) {
        const next = follower.next();
        const event = anEvent();
        const { position } = stored(await writer.append('key-1', BigInt(index), [event]));
        const batch: Batch = (await next).value;
        expect({ ...batch, events: idsOf(batch.events) }).toEqual({
          events: [event.id],
          position,
          caughtUp: true,
        });
      }
      await follower.return?.();
    });

    it('serves many followers, each at its own pace', async () => {
      const { store } = log();
      const followers = Array.from({ length: 12 }, () =>
        followUntil(store, start, (seen) => seen.length >= 20),
      );
      const events = someEvents(20);
      for (const [index, event] of events.entries()) await store.append(`key-${index}`, 0n, [event]);
      for (const seen of await Promise.all(followers)) expect(idsOf(seen)).toEqual(idsOf(events));
    });

    it('goes on after a restart', async () => {
      const { store, another } = log();
      await store.append('key-1', 0n, someEvents(2));
      const { position } = await firstBatch(store, start);
      await store.close();
      const restarted = another();
      const missed = someEvents(2);
      await another().append('key-1', 2n, missed);
      expect(idsOf(await followUntil(restarted, position))).toEqual(idsOf(missed));
    });

    it.each(['before it starts', 'while it has a batch', 'while it waits'])(
      'ends quietly when aborted %s',
      async (when) => {
        const { store } = log();
        await store.append('key-1', 0n, someEvents(2));
        const abort = new AbortController();
        const follower = store.follow({ after: start, signal: abort.signal })[Symbol.asyncIterator]();
        if (when === 'before it starts') abort.abort();
        else expect((await follower.next()).value).toMatchObject({ caughtUp: true });
        const next = when === 'while it waits' ? follower.next() : undefined;
        abort.abort();
        expect(await (next ?? follower.next())).toEqual({ done: true, value: undefined });
        expect(await store.append('key-1', 2n, [anEvent()])).toMatchObject({ ok: true });
      },
    );

    it('ends with StoreUnavailable when the store is closed', async () => {
      const { store } = log();
      const follower = store
        .follow({ after: start, signal: new AbortController().signal })
        [Symbol.asyncIterator]();
      await follower.next();
      const next = follower.next();
      await Promise.all([store.close(), expect(next).rejects.toThrow(StoreUnavailable)]);
      await expect(firstBatch(store, start)).rejects.toThrow(StoreUnavailable);
    });

    it('refuses a position that the log has not reached', async () => {
      const { store, another } = log();
      const { position } = stored(await another().append('key-1', 0n, someEvents(1)));
      const beyond = `${position}9` as Position;
      await expect(firstBatch(store, beyond)).rejects.toThrow(RangeError);
    });
  });
}

async function firstBatch(store: EventStore, after: Position): Promise<Batch> {
  for await (const batch of store.follow({ after, signal: new AbortController().signal })) return batch;
  throw new Error('It ended without a batch.');
}
