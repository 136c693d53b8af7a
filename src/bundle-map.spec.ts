import { decode, encode } from '@jridgewell/sourcemap-codec';
import { ownLinesOf } from './bundle-map.js';

test('a map keeps the lines of own sources, and where what is not ours begins', () => {
  const map = {
    version: 3,
    sources: ['../node_modules/pg/client.js', '../src/main.ts', '../src/unused.ts'],
    names: ['query'],
    mappings: encode([
      // Two pieces of one own line, the next line, and a package.
      [
        [0, 1, 4, 2],
        [9, 1, 4, 8],
        [20, 1, 5, 0],
        [30, 0, 99, 1, 0],
        [35, 0, 100, 1],
      ],
      [],
      // A line that begins as the one before ended.
      [
        [0, 0, 101, 1],
        [7, 1, 6, 3],
      ],
    ]),
  };
  const shortened = JSON.parse(ownLinesOf(JSON.stringify(map)));
  expect(shortened).toMatchObject({ version: 3, sources: ['../src/main.ts'], names: [] });
  expect(decode(shortened.mappings)).toEqual([[[0, 0, 4, 2], [20, 0, 5, 0], [30]], [], [[0], [7, 0, 6, 3]]]);
});
