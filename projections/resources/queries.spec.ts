import { instant } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { listResources, type ResourceFilter, resourcesByIds } from './queries.js';
import type { ResourceRow } from './table.js';
import { resourcesModel } from './table.js';

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [resourcesModel] });
  await runner.start();
  // Three at once, of two teams; every third is inactive.
  for (let n = 0; n < 12; n++) {
    const resourceId = `r${String((n * 7) % 12).padStart(2, '0')}`;
    await house.append(`resource-${resourceId}`, {
      type: 'ResourceRegistered',
      resourceId,
      teamId: n % 4 === 0 ? 'team-2' : 'team-1',
      name: `Resource ${n}`,
      model: 'jais-30b',
      resourceType: 'PYG',
      registeredAt: instant(Math.floor(n / 3)),
    });
    if (n % 3 === 1) {
      await house.append(`resource-${resourceId}`, {
        type: 'ResourceDeactivated',
        deactivatedAt: instant(n),
      });
    }
  }
  await settle(house, runner);
});
afterAll(() => house.close());

const ids = (rows: readonly ResourceRow[]) => rows.map(({ id }) => id);
const list = (filter: Partial<ResourceFilter> = {}) =>
  listResources(house.db, { teamId: 'team-1', limit: 200, ...filter });

describe('the resources of a team', () => {
  it('come newest first, and in one order however many were registered at once', async () => {
    const all = await list();
    const newestFirst = all.toSorted((a, b) =>
      `${a.registeredAt} ${a.id}` < `${b.registeredAt} ${b.id}` ? 1 : -1,
    );
    expect(ids(all)).toEqual(ids(newestFirst));
    expect(all).toHaveLength(9);
    expect(await list({ teamId: 'team-2' })).toHaveLength(3);
  });

  it.each([1, 2, 4, 9])('are all there, once, in pages of %i', async (limit) => {
    const seen: ResourceRow[] = [];
    for (;;) {
      const last = seen.at(-1);
      const page = await list({ limit, ...(last && { after: last }) });
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(seen).toEqual(await list());
  });

  it('are told apart by status', async () => {
    const all = await list();
    for (const status of ['active', 'inactive'] as const) {
      const expected = all.filter((row) => row.status === status);
      expect(expected.length).toBeGreaterThan(0);
      expect(await list({ status })).toEqual(expected);
    }
  });

  it('are found by their ids, whatever else is asked for', async () => {
    const [first, second] = await list();
    const found = await resourcesByIds(house.db, [second!.id, 'nothing', first!.id]);
    expect(new Set(found)).toEqual(new Set([first, second]));
    expect(await resourcesByIds(house.db, [])).toEqual([]);
  });
});
