import type { Position, RecordedEvent } from '../port.js';
import type { Page } from './read.js';
import { sharePages } from './shared-pages.js';

function page(...positions: string[]): Page {
  const events = positions.map((position) => ({ position }) as RecordedEvent);
  return { events, head: (positions.at(-1) ?? '0') as Position };
}

it('reads a page once for everybody, also while it is being read', async () => {
  let reads = 0;
  const read = sharePages(async () => {
    reads += 1;
    return page('1', '2');
  });
  const pages = await Promise.all([read(0n), read(0n), read(0n)]);
  pages.push(await read(0n));
  expect(new Set(pages).size).toBe(1);
  expect(reads).toBe(1);
});

it('looks again where there was nothing, and after a failure', async () => {
  const answers = [() => page(), () => Promise.reject(new Error('away')), () => page('1')];
  const read = sharePages(async () => (answers.shift() ?? (() => page()))());
  expect((await read(0n)).events).toHaveLength(0);
  await expect(read(0n)).rejects.toThrow('away');
  expect((await read(0n)).events).toHaveLength(1);
});

it('keeps few pages', async () => {
  const reads: bigint[] = [];
  const read = sharePages(async (after) => {
    reads.push(after);
    return page(String(after + 1n));
  });
  for (let after = 0n; after < 10n; after++) await read(after);
  await read(9n);
  await read(0n);
  expect(reads.slice(10)).toEqual([0n]);
});
