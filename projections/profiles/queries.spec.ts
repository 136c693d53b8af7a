import { instant, keyCreated } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { isProfileAttached } from '../keys/queries.js';
import { keysModel } from '../keys/table.js';
import { listProfiles, type ProfileFilter, profilesByIds } from './queries.js';
import type { ProfileRow } from './table.js';
import { profilesModel } from './table.js';

let house: House;
const settings = { tone: 'kind', level: 1e300, list: [null, { größe: -0.5 }] };

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [profilesModel, keysModel] });
  await runner.start();
  for (let n = 0; n < 9; n++) {
    const profileId = `b${(n * 4) % 9}`;
    await house.append(`profile-${profileId}`, {
      type: 'BiasProfileCreated',
      profileId,
      teamId: n % 4 === 0 ? 'team-2' : 'team-1',
      name: `Profile ${n}`,
      settings,
      createdAt: instant(Math.floor(n / 3)),
    });
    if (n % 3 === 1) {
      await house.append(`profile-${profileId}`, { type: 'BiasProfileArchived', archivedAt: instant(n) });
    }
  }
  for (const [keyId, biasProfileId] of [
    ['k1', 'attached'],
    ['k2', 'revoked'],
    ['k3', 'deleted'],
    ['k4', 'taken'],
  ] as const) {
    const attached = { type: 'BiasProfileChanged', biasProfileId, changedAt: instant(1) } as const;
    await house.append(`key-${keyId}`, keyCreated({ keyId }));
    await house.append(`key-${keyId}`, attached);
  }
  await house.append('key-k2', { type: 'KeyRevoked', reason: 'superseded', revokedAt: instant(2) });
  await house.append('key-k3', { type: 'KeyDeleted', deletedAt: instant(2) });
  await house.append('key-k4', { type: 'BiasProfileChanged', biasProfileId: null, changedAt: instant(2) });
  await settle(house, runner);
});
afterAll(() => house.close());

const ids = (rows: readonly ProfileRow[]) => rows.map(({ id }) => id);
const list = (filter: Partial<ProfileFilter> = {}) =>
  listProfiles(house.db, { teamId: 'team-1', limit: 200, ...filter });

describe('the bias profiles of a team', () => {
  it('come newest first with their settings as given', async () => {
    const all = await list();
    const newestFirst = all.toSorted((a, b) =>
      `${a.createdAt} ${a.id}` < `${b.createdAt} ${b.id}` ? 1 : -1,
    );
    expect(ids(all)).toEqual(ids(newestFirst));
    expect(all).toHaveLength(6);
    for (const row of all) expect(row.settings).toEqual(settings);
  });

  it.each([1, 2, 6])('are all there, once, in pages of %i', async (limit) => {
    const seen: ProfileRow[] = [];
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
    for (const status of ['active', 'archived'] as const) {
      const expected = all.filter((row) => row.status === status);
      expect(expected.length).toBeGreaterThan(0);
      expect(await list({ status })).toEqual(expected);
    }
  });

  it('are found by their ids, whatever else is asked for', async () => {
    const [first, second] = await list();
    const found = await profilesByIds(house.db, [second!.id, 'nothing', first!.id]);
    expect(new Set(found)).toEqual(new Set([first, second]));
  });
});

describe('whether a key has a bias profile', () => {
  it.each([
    ['attached', true],
    ['revoked', false],
    ['deleted', false],
    ['taken', false],
    ['never seen', false],
  ])('%s: %s', async (profileId, expected) => {
    expect(await isProfileAttached(house.db, profileId)).toBe(expected);
  });
});
