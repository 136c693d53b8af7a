import { randomBytes } from 'node:crypto';
import { createCursors } from './cursors.js';

const cursors = createCursors(randomBytes(32));

test('a cursor gives back its place, in its own list only', () => {
  const cursor = cursors.write('keys {"a":1}', { id: 'x' });
  expect(cursors.read('keys {"a":1}', cursor)).toEqual({ id: 'x' });
  expect(cursors.read('keys {"a":2}', cursor)).toBeUndefined();
  expect(createCursors(randomBytes(32)).read('keys {"a":1}', cursor)).toBeUndefined();
});

test.each(['', 'x', 'AAAA', 'ø', 'A'.repeat(1_000)])('%j is no cursor', (text) => {
  expect(cursors.read('keys', text)).toBeUndefined();
});
