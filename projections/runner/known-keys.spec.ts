import { createKnownKeys } from './known-keys.js';

it('knows every key that was added, and next to none that was not', () => {
  const known = createKnownKeys();
  const keys = Array.from({ length: 10_000 }, (_, n) => `01a22ad5-0e0c-7572-a03d-${n}`);
  known.add(keys);
  expect(keys.filter((key) => !known.mayHave(key))).toEqual([]);
  const others = keys.map((key) => `${key}/other`);
  expect(others.filter((key) => known.mayHave(key)).length).toBeLessThan(20);
});
