import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Position, type RecordedEvent, start } from '../port.js';
import { follow } from './follow.js';
import { HeadWatch } from './head-watch.js';

test('who follows waits for the log, whatever position somebody has made up', async () => {
  const events: RecordedEvent[] = [];
  const head = () => String(events.length) as Position;
  let reads = 0;
  const watch = new HeadWatch(async () => head(), 3_600_000);
  const source = {
    watch,
    readHead: async () => head(),
    readLog: async (after: Position) => {
      reads += 1;
      return { events: events.slice(Number(after)), caughtUp: true };
    },
  };
  const stopped = new AbortController();
  const batches = follow(source, { after: start, signal: stopped.signal })[Symbol.asyncIterator]();
  expect((await batches.next()).value).toMatchObject({ events: [], caughtUp: true });

  watch.advance('1000000' as Position);
  const next = batches.next();
  for (let turn = 0; turn < 20; turn++) await nextTurn();
  const body = new Uint8Array();
  const position = '1' as Position;
  events.push({ id: 'e', type: 'T', data: body, metadata: body, stream: 's', revision: 1n, position });
  watch.advance(position);
  expect((await next).value).toMatchObject({ events: [{ position: '1' }] });
  expect(reads).toBeLessThanOrEqual(3);
  stopped.abort();
  await batches.return?.();
});

test('the next page is asked for before one is given, also where a connection comes a turn later', async () => {
  const asked: Position[] = [];
  const readHead = async () => '3' as Position;
  const source = {
    watch: new HeadWatch(readHead, 3_600_000),
    readHead,
    readLog: async (after: Position) => {
      // As a pool hands out a connection.
      await new Promise<void>((resolve) => process.nextTick(resolve));
      asked.push(after);
      const position = String(Number(after) + 1) as Position;
      const body = new Uint8Array();
      const event = { id: 'e', type: 'T', data: body, metadata: body, stream: 's', revision: 1n, position };
      return { events: [event], caughtUp: position === '3' };
    },
  };
  const { signal } = new AbortController();
  const seen: [Position, Position[]][] = [];
  for await (const { position, caughtUp } of follow(source, { after: start, signal })) {
    seen.push([position, [...asked]]);
    if (caughtUp) break;
  }
  expect(seen).toEqual([
    ['1', ['0', '1']],
    ['2', ['0', '1', '2']],
    ['3', ['0', '1', '2']],
  ]);
});
