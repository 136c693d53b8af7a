import { appendLimits, type EncodedEvent, StoreUnavailable, start } from '../../../src/event-store/port.js';
import { anEvent, bytes, followUntil, type LogUnderTest, plain, readAll, someEvents, stored } from './log.js';

export function describeAppends(log: () => LogUnderTest): void {
  describe('append', () => {
    it('stores events, and answers with the revision and the position of the last', async () => {
      const { store } = log();
      const events = someEvents(3);
      const result = stored(await store.append('key-1', 0n, events));
      const [first, second, third] = await readAll(store, 'key-1');
      expect([first, second, third].map((event) => event && plain(event))).toEqual(
        events.map((event, index) => plain({ ...event, stream: 'key-1', revision: BigInt(index + 1) })),
      );
      expect(result).toEqual({ ok: true, revision: 3n, position: third?.position });
      expect(await store.head()).toBe(result.position);
    });

    it('goes on where the stream ends', async () => {
      const { store } = log();
      await store.append('key-1', 0n, someEvents(2));
      expect(await store.append('key-1', 2n, someEvents(1))).toMatchObject({ ok: true, revision: 3n });
    });

    it.each([
      { holds: 0, expected: 1n },
      { holds: 2, expected: 0n },
      { holds: 2, expected: 1n },
      { holds: 2, expected: 3n },
    ])('refuses the expected revision $expected on a stream of $holds', async ({ holds, expected }) => {
      const { store } = log();
      if (holds > 0) await store.append('key-1', 0n, someEvents(holds));
      const head = await store.head();
      expect(await store.append('key-1', expected, [anEvent()])).toEqual({
        ok: false,
        actual: BigInt(holds),
      });
      expect(await readAll(store, 'key-1')).toHaveLength(holds);
      expect(await store.head()).toBe(head);
    });

    it('refuses only the appends that are in conflict, of many at once', async () => {
      const { store } = log();
      await store.append('taken', 0n, [anEvent()]);
      const streams = Array.from({ length: 40 }, (_, index) => `key-${index}`);
      const good = streams.map((stream) => store.append(stream, 0n, someEvents(2)));
      const bad = streams.map(() => store.append('taken', 0n, [anEvent()]));
      const ahead = streams.map((stream) => store.append(`none-${stream}`, 1n, [anEvent()]));
      for (const result of await Promise.all(good)) expect(result).toMatchObject({ ok: true, revision: 2n });
      for (const result of await Promise.all(bad)) expect(result).toEqual({ ok: false, actual: 1n });
      for (const result of await Promise.all(ahead)) expect(result).toEqual({ ok: false, actual: 0n });
      expect(await followUntil(store, start)).toHaveLength(81);
    });

    it('keeps the order of the calls on one stream', async () => {
      const { store } = log();
      const events = someEvents(30);
      const results = await Promise.all(
        events.map((event, index) => store.append('key-1', BigInt(index), [event])),
      );
      expect(results.every(({ ok }) => ok)).toBe(true);
      expect((await readAll(store, 'key-1')).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    it('keeps names and bytes exactly', async () => {
      const { store } = log();
      const stream = 'kéy-鍵-🔑-"\\{},\'\n \u202e\uffff';
      const type = 'Schlüssel, "geändert" \\x00 {🔑} NULL';
      const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
      const events = [
        anEvent({ type, data: everyByte, metadata: everyByte.toReversed() }),
        anEvent({ type, data: bytes(''), metadata: bytes('\u0000') }),
        anEvent({ type, data: everyByte.subarray(10, 20), metadata: Buffer.from('\\x41') }),
      ];
      await store.append(stream, 0n, events);
      const expected = events.map((event, index) => plain({ ...event, stream, revision: BigInt(index + 1) }));
      expect((await readAll(store, stream)).map(plain)).toEqual(expected);
      expect((await followUntil(store, start)).map(plain)).toEqual(expected);
    });

    it('tells streams apart that differ little', async () => {
      const { store } = log();
      const names = ['a', 'A', 'ä', 'a\u0308', 'a ', ' a', 'a-1', 'a%', 'a_', '\uffff', '🔑'];
      for (const name of names) expect(await store.append(name, 0n, [anEvent()])).toMatchObject({ ok: true });
      for (const name of names) expect(await readAll(store, name)).toHaveLength(1);
    });

    it('is not changed by what happens to the bytes afterwards', async () => {
      const { store } = log();
      const data = bytes('as it was');
      await store.append('key-1', 0n, [anEvent({ data })]);
      data.fill(0);
      const [first] = await readAll(store, 'key-1');
      first?.data.fill(0);
      const [again] = await readAll(store, 'key-1');
      expect(Buffer.from(again?.data ?? []).toString()).toBe('as it was');
    });
  });

  describe('a repeat', () => {
    it('answers as the first time and stores nothing', async () => {
      const { store, another } = log();
      await store.append('key-1', 0n, someEvents(1));
      const events = someEvents(3);
      const first = await store.append('key-1', 1n, events);
      const head = await store.head();
      expect(await store.append('key-1', 1n, events)).toEqual(first);
      expect(await another().append('key-1', 1n, events)).toEqual(first);
      expect(await store.head()).toBe(head);
    });

    it('is recognised after more events', async () => {
      const { store } = log();
      const events = someEvents(2);
      const first = stored(await store.append('key-1', 0n, events));
      await store.append('key-1', 2n, someEvents(3));
      await store.append('key-2', 0n, someEvents(3));
      expect(await store.append('key-1', 0n, events)).toEqual(first);
      expect(await readAll(store, 'key-1')).toHaveLength(5);
    });

    it('may come at the same time, through several stores', async () => {
      const { store, another } = log();
      const stores = [store, another(), another()].flatMap((each) => Array.from({ length: 10 }, () => each));
      const events = someEvents(2);
      const results = await Promise.all(stores.map((each) => each.append('key-1', 0n, events)));
      const first = { ok: true, revision: 2n, position: await store.head() };
      expect(results).toEqual(results.map(() => first));
      expect(await readAll(store, 'key-1')).toHaveLength(2);
    });

    it('is none with another expected revision, other events, another order or more of them', async () => {
      const { store } = log();
      const [one, two, three] = [anEvent(), anEvent(), anEvent()];
      await store.append('key-1', 0n, [one, two]);
      const attempts: [bigint, EncodedEvent[]][] = [
        [1n, [one, two]],
        [1n, [one]],
        [3n, [one, two]],
        [0n, [two, one]],
        [0n, [one, three]],
        [0n, [one, two, three]],
      ];
      for (const [expected, events] of attempts) {
        expect(await store.append('key-1', expected, events)).toEqual({ ok: false, actual: 2n });
      }
      expect(await store.append('key-2', 0n, [one, two])).toMatchObject({ ok: true, revision: 2n });
    });
  });

  describe('the limits of an append', () => {
    const { events: most, bytes: mostBytes, nameLength } = appendLimits;

    it('are reached', async () => {
      const { store } = log();
      const stream = '鍵'.repeat(nameLength);
      const type = 'é'.repeat(nameLength);
      const large = anEvent({ type, data: new Uint8Array(mostBytes - 2 * nameLength), metadata: bytes('') });
      expect(await store.append(stream, 0n, [large])).toMatchObject({ ok: true, revision: 1n });
      expect(await store.append(stream, 1n, someEvents(most))).toMatchObject({ ok: true });
      expect(await readAll(store, stream)).toHaveLength(most + 1);
    });

    it.each<[string, string, bigint, EncodedEvent[]]>([
      ['no events', 'key-1', 0n, []],
      ['too many events', 'key-1', 0n, someEvents(most + 1)],
      ['too many bytes', 'key-1', 0n, someEvents(2, { data: new Uint8Array(mostBytes / 2) })],
      ['a negative revision', 'key-1', -1n, [anEvent()]],
      ['a revision beyond counting', 'key-1', 2n ** 64n, [anEvent()]],
      ['a stream without a name', '', 0n, [anEvent()]],
      ['a long stream name', 'k'.repeat(nameLength + 1), 0n, [anEvent()]],
      ['U+0000 in a stream name', 'key\u0000', 0n, [anEvent()]],
      ['half a character in a stream name', 'key-\ud83d', 0n, [anEvent()]],
      ['no type', 'key-1', 0n, [anEvent({ type: '' })]],
      ['a long type', 'key-1', 0n, [anEvent({ type: 'T'.repeat(nameLength + 1) })]],
      ['U+0000 in a type', 'key-1', 0n, [anEvent(), anEvent({ type: 'T\u0000' })]],
      ['half a character in a type', 'key-1', 0n, [anEvent({ type: '\udd11' })]],
      ['an id that is no UUID', 'key-1', 0n, [anEvent({ id: 'one' })]],
      ['an id in capitals', 'key-1', 0n, [anEvent({ id: '0197A1C0-0000-7000-8000-000000000001' })]],
    ])('exclude %s', async (_, stream, expected, events) => {
      const { store } = log();
      const good = store.append('key-1', 0n, [anEvent()]);
      await expect(store.append(stream, expected, events)).rejects.toThrow(RangeError);
      expect(await good).toMatchObject({ ok: true });
      expect(await store.head()).toBe(stored(await good).position);
    });
  });

  describe('close', () => {
    it('settles the appends under way and refuses others', async () => {
      const { store, another } = log();
      const appends = Array.from({ length: 30 }, (_, index) =>
        store.append(`key-${index % 10}`, 0n, [anEvent()]),
      );
      const closing = store.close();
      const late = store.append('key-11', 0n, [anEvent()]);
      await expect(late).rejects.toThrow(StoreUnavailable);
      expect((await Promise.all(appends)).filter(({ ok }) => ok)).toHaveLength(10);
      await closing;
      await store.close();
      await expect(store.head()).rejects.toThrow(StoreUnavailable);
      await expect(readAll(store, 'key-1')).rejects.toThrow(StoreUnavailable);
      expect(await followUntil(another(), start)).toHaveLength(10);
    });
  });
}
