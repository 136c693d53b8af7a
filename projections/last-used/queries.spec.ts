import { instant, use } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { lastUsed, usesOfKey } from './queries.js';
import { lastUsedModel } from './table.js';

let house: House;

beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

describe('when keys were last used', () => {
  it('is told for many at once; who was never used is left out', async () => {
    const runner = house.runner({ models: [lastUsedModel] });
    await runner.start();
    for (const n of [1, 2, 3]) {
      const rows = [
        use({ keyId: 'k1', secretId: `s1-${n % 2}`, count: n, lastAt: instant(n) }),
        use({ keyId: 'k2', secretId: 's2', lastAt: instant(0) }),
        use({ keyId: 'k3', secretId: 's3', code: 'NOT_FOUND' }),
      ];
      await house.append('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows });
    }
    await settle(house, runner);
    expect(await lastUsed(house.db, ['k1', 'k2', 'k3', 'k4'])).toEqual(
      new Map([
        ['k1', { lastUsedAt: instant(3), uses: 6 }],
        ['k2', { lastUsedAt: instant(0), uses: 3 }],
      ]),
    );
    expect(await lastUsed(house.db, [])).toEqual(new Map());
    expect(await usesOfKey(house.db, 'k3')).toEqual([
      {
        secretId: 's3',
        keyId: 'k3',
        firstUsedAt: null,
        lastUsedAt: null,
        uses: 0,
        counts: { NOT_FOUND: 3 },
      },
    ]);
    expect(await usesOfKey(house.db, 'k4')).toEqual([]);
  });
});
