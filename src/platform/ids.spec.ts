import { deriveId, newId } from './ids.js';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a new id is a UUIDv7 of now, and unlike all others', () => {
  const before = Date.now();
  const ids = Array.from({ length: 10_000 }, newId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) {
    expect(id).toMatch(uuidV7);
    const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(time >= before && time <= after).toBe(true);
  }
});

test('a derived id is always the same, keeps the time, and differs by seed and label', () => {
  const seed = '01981f2a-6c00-7a10-8000-000000000001';
  expect(deriveId(seed, 'team')).toBe(deriveId(seed, 'team'));
  expect(deriveId(seed, 'team')).toMatch(uuidV7);
  expect(deriveId(seed, 'team').slice(0, 13)).toBe(seed.slice(0, 13));
  const others = [deriveId(seed, 'team'), deriveId(seed, 'key'), deriveId(newId(), 'team')];
  expect(new Set(others).size).toBe(3);
});
