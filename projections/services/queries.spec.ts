import { instant } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { freeServices, listServices, type ServiceFilter, servicesByIds } from './queries.js';
import { type ServiceRow, servicesModel } from './table.js';

let house: House;

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [servicesModel] });
  await runner.start();
  // Three at once; every third is retired.
  for (let n = 0; n < 9; n++) {
    const serviceId = `s${(n * 7) % 9}`;
    await house.append(`service-${serviceId}`, {
      type: 'ServiceRegistered',
      serviceId,
      name: `Service ${n}`,
      free: n % 2 === 0,
      currency: 'USD',
      billingPolicies: ['invoiced'],
      registeredAt: instant(Math.floor(n / 3)),
    });
    if (n % 3 !== 1) continue;
    await house.append(`service-${serviceId}`, { type: 'ServiceRetired', retiredAt: instant(n) });
  }
  await settle(house, runner);
});
afterAll(() => house.close());

const list = (filter: Partial<ServiceFilter> = {}) => listServices(house.db, { limit: 200, ...filter });

describe('the catalogue', () => {
  it('comes newest first, and in one order however many were registered at once', async () => {
    const all = await list();
    const newestFirst = all.toSorted((a, b) =>
      `${a.registeredAt} ${a.id}` < `${b.registeredAt} ${b.id}` ? 1 : -1,
    );
    expect(all).toEqual(newestFirst);
    expect(all).toHaveLength(9);
  });

  it.each([1, 2, 4, 9])('is all there, once, in pages of %i', async (limit) => {
    const seen: ServiceRow[] = [];
    for (;;) {
      const last = seen.at(-1);
      const page = await list({ limit, ...(last && { after: last }) });
      if (page.length === 0) break;
      seen.push(...page);
    }
    expect(seen).toEqual(await list());
  });

  it('is told apart by status', async () => {
    const all = await list();
    for (const [status, count] of [
      ['active', 6],
      ['retired', 3],
    ] as const) {
      const expected = all.filter((row) => row.status === status);
      expect(expected).toHaveLength(count);
      expect(await list({ status })).toEqual(expected);
    }
  });

  it('tells what was free at an instant: at the very instant it is retired, it is no more', async () => {
    const all = (await list()).toReversed();
    for (let second = 0; second <= 10; second++) {
      const at = instant(second);
      const expected = all.filter(
        ({ free, registeredAt, retiredAt }) =>
          free && registeredAt <= at && (retiredAt === null || retiredAt > at),
      );
      expect(await freeServices(house.db, at)).toEqual(expected);
    }
    expect(await freeServices(house.db, instant(0))).toHaveLength(2);
  });

  it('is looked up by ids', async () => {
    const found = await servicesByIds(house.db, ['s1', 'nothing', 's7']);
    expect(found.map(({ id }) => id).sort()).toEqual(['s1', 's7']);
    expect(await servicesByIds(house.db, [])).toEqual([]);
  });
});
