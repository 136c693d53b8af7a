import fc from 'fast-check';
import { keyStatus, keyStatuses } from '../../src/domain/key/status.js';
import { instant, keyCreated } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import type { Runner } from '../runner/runner.js';
import { findKey, type KeyFilter, listKeys } from './queries.js';
import type { KeyRow } from './table.js';
import { keysModel } from './table.js';

const keysCount = 40;
const at = instant(20);

let house: House;
let runner: Runner;
let all: KeyRow[];

function list(filter: Partial<KeyFilter> = {}): Promise<KeyRow[]> {
  return listKeys(house.db, { teamId: 'team-1', at, limit: 200, ...filter });
}

/** Two teams, three projects, keys of every status, several of them made in the same moment. */
async function makeKeys(): Promise<void> {
  for (let n = 0; n < keysCount; n++) {
    const keyId = `k${String((n * 17) % keysCount).padStart(2, '0')}`;
    await house.append(
      `key-${keyId}`,
      keyCreated({
        keyId,
        teamId: n % 5 === 0 ? 'team-2' : 'team-1',
        projectId: `project-${n % 3}`,
        createdAt: instant(Math.floor(n / 4)),
        ...(n % 4 === 1 && { expiresAt: instant(n) }),
      }),
    );
    await house.append(`key-${keyId}`, { type: 'UserAssigned', userId: `u${n % 4}`, assignedAt: at });
    if (n % 7 === 2) {
      await house.append(`key-${keyId}`, { type: 'StatusChanged', status: 'INACTIVE', changedAt: at });
    }
    if (n % 6 === 1) {
      await house.append(`key-${keyId}`, { type: 'KeyRevoked', reason: 'superseded', revokedAt: at });
    }
  }
}

beforeAll(async () => {
  house = await openHouse();
  runner = house.runner({ models: [keysModel] });
  await runner.start();
  await makeKeys();
  await settle(house, runner);
  all = await list();
});
afterAll(() => house.close());

const ids = (rows: readonly KeyRow[]) => rows.map(({ id }) => id);

describe('the keys of a team', () => {
  it('come newest first, and in one order however many were made at once', () => {
    const newestFirst = all.toSorted((a, b) =>
      `${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? 1 : -1,
    );
    expect(ids(all)).toEqual(ids(newestFirst));
    expect(all).toHaveLength(32);
  });

  it('are all there, once, in pages of any size', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
        const seen: KeyRow[] = [];
        for (;;) {
          const last = seen.at(-1);
          const page = await list({ limit, ...(last && { after: last }) });
          if (page.length === 0) break;
          seen.push(...page);
        }
        expect(ids(seen)).toEqual(ids(all));
      }),
      { numRuns: 10 },
    ));

  it.each(keyStatuses)('are told apart by status as `keyStatus` does: %s', async (status) => {
    const expected = all.filter((row) => keyStatus(row, at) === status);
    expect(expected.length).toBeGreaterThan(0);
    expect(ids(await list({ status }))).toEqual(ids(expected));
  });

  it('are expired at the instant itself', async () => {
    const expiring = all.find(({ expiresAt, revokedAt }) => expiresAt !== null && revokedAt === null)!;
    const expired = await list({ status: 'EXPIRED', at: expiring.expiresAt! });
    expect(ids(expired)).toContain(expiring.id);
    const before = new Date(Date.parse(expiring.expiresAt!) - 1).toISOString();
    expect(ids(await list({ status: 'ACTIVE', at: before }))).toContain(expiring.id);
  });

  it('are found by project and by assigned user', async () => {
    const inProject = all.filter(({ projectId }) => projectId === 'project-1');
    expect(ids(await list({ projectId: 'project-1' }))).toEqual(ids(inProject));
    const ofUser = all.filter(({ userIds }) => userIds.includes('u2'));
    expect(ids(await list({ userId: 'u2' }))).toEqual(ids(ofUser));
    expect(ids(await list({ userId: 'u2', projectId: 'project-1' }))).toEqual(
      ids(inProject.filter((row) => ofUser.some(({ id }) => id === row.id))),
    );
  });

  it('never show another team', async () => {
    const others = await list({ teamId: 'team-2' });
    expect(others).toHaveLength(8);
    expect(new Set(others.map(({ teamId }) => teamId))).toEqual(new Set(['team-2']));
    expect(await list({ teamId: 'no such team' })).toEqual([]);
  });

  it('can be looked up one by one, whatever is asked for', async () => {
    expect(await findKey(house.db, all[0]!.id)).toEqual(all[0]);
    expect(await findKey(house.db, 'not an id')).toBeUndefined();
  });

  it('do not shift when one is made between two pages', async () => {
    const first = await list({ limit: 10 });
    await house.append('key-new', keyCreated({ keyId: 'new', createdAt: instant(1_000), teamId: 'team-1' }));
    await settle(house, runner);
    const second = await list({ limit: 10, after: first.at(-1)! });
    expect(ids([...first, ...second])).toEqual(ids(all).slice(0, 20));
    expect(ids(await list({ limit: 1 }))).toEqual(['new']);
  });
});
