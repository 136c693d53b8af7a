import { type RecordedEvent, start } from '../../src/event-store/port.js';
import type { TestDatabase } from '../support/database.js';
import { followUntil, plain, someEvents } from './event-store/log.js';
import { describeEventStore } from './event-store.contract.js';
import { createLogDatabase, openPostgresLog } from './postgres-log.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createLogDatabase();
});
afterAll(() => database.drop());

describeEventStore('postgres', () => openPostgresLog(database.url));

it('copies for who follows alone what others read: many events, and large ones', async () => {
  const { store, cleanup } = openPostgresLog(database.url);
  const events = [...someEvents(2_500, { type: 'é' }), ...someEvents(12, { data: new Uint8Array(900_000) })];
  const [many, large] = [events.slice(0, 2_500), events.slice(2_500)];
  for (let done = 0; done < many.length; done += 500) {
    await store.append('uses-1', BigInt(done), many.slice(done, done + 500));
  }
  for (const [index, event] of large.entries()) await store.append('uses-2', BigInt(index), [event]);
  const pages: (readonly RecordedEvent[])[] = [];
  const { signal } = new AbortController();
  for await (const { events: page, caughtUp } of store.follow({ after: start, signal, alone: true })) {
    pages.push(page);
    if (caughtUp) break;
  }
  const [copied, read] = [pages.flat(), await followUntil(store, start)];
  expect(copied.slice(0, 2_500).map(plain)).toEqual(read.slice(0, 2_500).map(plain));
  expect(copied.map(placeOf)).toEqual(read.map(placeOf));
  expect(pages.length).toBeGreaterThanOrEqual(3);
  await cleanup();
});

it('does not send bodies that nobody wants', async () => {
  const { store, cleanup } = openPostgresLog(database.url);
  await store.append('uses-1', 0n, someEvents(1, { type: 'KeyUsesRecorded' }));
  await store.append('key-1', 0n, someEvents(1));
  const seen = await followUntil(store, start, undefined, { bodiless: new Set(['KeyUsesRecorded']) });
  expect(seen.slice(-2).map(({ data, metadata }) => [data.length > 0, metadata.length > 0])).toEqual([
    [false, false],
    [true, true],
  ]);
  await cleanup();
});

function placeOf({ position, id, data }: RecordedEvent): unknown {
  return { position, id, size: data.length };
}
