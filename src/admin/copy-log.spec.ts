import { randomUUID } from 'node:crypto';
import { createMemoryEventStore } from '../event-store/memory/index.js';
import type { EncodedEvent, EventStore, RecordedEvent } from '../event-store/port.js';
import { start } from '../event-store/port.js';
import { copyLog } from './copy-log.js';

const eventOf = (text: string): EncodedEvent => ({
  id: randomUUID(),
  type: 'Told',
  data: Buffer.from(JSON.stringify({ text })),
  metadata: Buffer.from('{}'),
});

/** Streams that take turns, some for several events, some again later. */
async function fill(store: EventStore, rounds: number): Promise<void> {
  const revisions = new Map<string, bigint>();
  for (let round = 0; round < rounds; round++) {
    const stream = `key-${round % 3}`;
    const expected = revisions.get(stream) ?? 0n;
    const events = Array.from({ length: 1 + (round % 4) }, (_, i) => eventOf(`${round} ${i}`));
    await store.append(stream, expected, events);
    revisions.set(stream, expected + BigInt(events.length));
  }
}

async function eventsOf(store: EventStore): Promise<Omit<RecordedEvent, 'position'>[]> {
  const signal = new AbortController().signal;
  for await (const { events, caughtUp } of store.follow({ after: start, signal })) {
    if (caughtUp) return events.map(({ position: _position, ...event }) => event);
  }
  return [];
}

let source: EventStore;
let target: EventStore;

beforeEach(async () => {
  source = createMemoryEventStore();
  target = createMemoryEventStore();
  await fill(source, 40);
});

/** Ends the copy by force at its so many-th append: stored or not, nobody knows. */
function breaking(store: EventStore, appends: number, isStored: boolean): EventStore {
  let count = 0;
  return {
    ...store,
    async append(...given) {
      count += 1;
      if (count < appends) return store.append(...given);
      if (isStored) await store.append(...given);
      throw new Error('broken off');
    },
  };
}

it('copies every event as it is, in order', async () => {
  expect(await copyLog({ source, target })).toEqual({ events: 100, copied: 100, left: 0 });
  expect(await eventsOf(target)).toEqual(await eventsOf(source));
});

it('copies an empty log', async () => {
  expect(await copyLog({ source: createMemoryEventStore(), target })).toEqual({
    events: 0,
    copied: 0,
    left: 0,
  });
});

it.each([true, false])('goes on where it was broken off, the last append stored: %s', async (isStored) => {
  await expect(copyLog({ source, target: breaking(target, 7, isStored) })).rejects.toThrow('broken off');
  const before = (await eventsOf(target)).length;
  expect(before).toBeGreaterThan(0);
  expect(await copyLog({ source, target })).toEqual({ events: 100, copied: 100 - before, left: 0 });
  expect(await eventsOf(target)).toEqual(await eventsOf(source));
});

it('copies what came since', async () => {
  await copyLog({ source, target });
  await source.append('team-1', 0n, [eventOf('later')]);
  expect(await copyLog({ source, target })).toEqual({ events: 101, copied: 1, left: 0 });
});

it('tells how much came while it copied', async () => {
  let isTold = false;
  const busy: EventStore = {
    ...target,
    async append(...given) {
      const result = await target.append(...given);
      if (!isTold && given[0] === 'key-0')
        await source.append('team-1', 0n, [eventOf('meanwhile'), eventOf('too')]);
      isTold = true;
      return result;
    },
  };
  expect(await copyLog({ source, target: busy })).toMatchObject({ events: 100, left: 2 });
});

it('leaves alone a log that is another', async () => {
  await target.append('key-0', 0n, [eventOf('of somebody else')]);
  await expect(copyLog({ source, target })).rejects.toThrow(
    /The logs differ from event 1 on: Told .* \(key-0, revision 1\), where the target has Told .* \(key-0, revision 1\)/,
  );
  expect(await eventsOf(target)).toHaveLength(1);
});

it('notices an event whose bytes were changed', async () => {
  const [first, ...rest] = await eventsOf(source);
  if (!first) throw new Error('The source is empty.');
  await target.append(first.stream, 0n, [{ ...first, data: Buffer.from('{"text":"forged"}') }]);
  expect(rest).toHaveLength(99);
  await expect(copyLog({ source, target })).rejects.toThrow(/event 1 on: .* which is another event there/);
});

it('notices that the target has more', async () => {
  await copyLog({ source, target });
  await target.append('team-9', 0n, [eventOf('more')]);
  await expect(copyLog({ source, target })).rejects.toThrow(
    /The target has Told .* \(team-9, revision 1\) after all 100 events of the source/,
  );
});

it('gives up when it is told to', async () => {
  const stopping = new AbortController();
  stopping.abort(new Error('enough'));
  await expect(copyLog({ source, target, signal: stopping.signal })).rejects.toThrow('enough');
});
