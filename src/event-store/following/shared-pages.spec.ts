import type { Position, RecordedEvent } from '../port.js';
import type { Page } from './follow.js';
import { sharePages } from './shared-pages.js';

function page(...positions: string[]): Page {
  const events = positions.map((position) => ({ position }) as RecordedEvent);
  return { events, caughtUp: true };
}

function at(count: number): Position {
  return String(count) as Position;
}

it('reads a page once for everybody, also while it is being read', async () => {
  let reads = 0;
  const read = sharePages(async () => {
    reads += 1;
    return page('1', '2');
  });
  const pages = await Promise.all([read(at(0)), read(at(0)), read(at(0))]);
  pages.push(await read(at(0)));
  expect(new Set(pages).size).toBe(1);
  expect(reads).toBe(1);
});

it('looks again where there was nothing, and after a failure', async () => {
  const answers = [() => page(), () => Promise.reject(new Error('away')), () => page('1')];
  const read = sharePages(async () => (answers.shift() ?? (() => page()))());
  expect((await read(at(0))).events).toHaveLength(0);
  await expect(read(at(0))).rejects.toThrow('away');
  expect((await read(at(0))).events).toHaveLength(1);
});

it('keeps few pages', async () => {
  const reads: Position[] = [];
  const read = sharePages(async (after) => {
    reads.push(after);
    return page(String(BigInt(after) + 1n));
  });
  for (let after = 0; after < 10; after++) await read(at(after));
  await read(at(9));
  await read(at(0));
  expect(reads.slice(10)).toEqual([at(0)]);
});
