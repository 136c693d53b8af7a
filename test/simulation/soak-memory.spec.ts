import { chanceOf } from '../../soak/chance.js';
import { trendOf } from '../../soak/memory.js';

const megabyte = 2 ** 20;
const seconds = 1_800;

/** As of a process that fills up in its first minutes and is swept from time to time. */
function lifeOf(extraAt: (second: number) => number): number[] {
  const chance = chanceOf(1, 'memory');
  return Array.from({ length: seconds }, (_, second) => {
    const filled = 200 * Math.min(1, second / 300);
    const unswept = (second % 47) + chance.below(20);
    return (100 + filled + unswept + extraAt(second)) * megabyte;
  });
}

const grown = (extraAt: (second: number) => number): number => trendOf(lifeOf(extraAt)).grownBytes / megabyte;

test('a life that only fills up in the beginning is flat', () => {
  expect(Math.abs(grown(() => 0))).toBeLessThan(5);
});

test('a leak is seen in full', () => {
  expect(grown((second) => second / 10)).toBeGreaterThan(100);
  expect(grown((second) => second / 10)).toBeLessThan(130);
});

test('a peak, wherever it is, is no leak', () => {
  for (const from of [700, 1_200, 1_600]) {
    expect(Math.abs(grown((second) => (second >= from && second < from + 150 ? 300 : 0)))).toBeLessThan(25);
  }
});
