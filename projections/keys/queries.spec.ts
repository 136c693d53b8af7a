import fc from 'fast-check';
import type { KeyEvent, Scope } from '../../src/domain/key/events.js';
import { keyStatus, keyStatuses } from '../../src/domain/key/status.js';
import { secretRecordOf } from '../../test/support/key-events.js';
import { instant, keyCreated, use } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { lastUsedModel } from '../last-used/table.js';
import type { Runner } from '../runner/runner.js';
import {
  comparePlaces,
  fits,
  type KeyFilters,
  type KeySort,
  keySorts,
  mustScan,
  notYet,
  placeOf,
} from './filters.js';
import { countKeys, findKey, type KeyListing, type ListedKey, listKeys, type Patience } from './queries.js';
import { type KeyRow, keyRows, keysModel } from './table.js';

const keysCount = 120;
const at = instant(60);
const seed = Date.now();

let house: House;
let runner: Runner;
let all: KeyRow[];
const lastUses = new Map<string, string>();

function list(changes: Partial<KeyListing> = {}, patience?: Patience): Promise<ListedKey[]> {
  const listing: KeyListing = {
    teamId: 'team-1',
    filters: {},
    sort: '-createdAt',
    at,
    limit: 200,
    ...changes,
  };
  return listKeys(house.db, listing, patience);
}

/** With so little, lists of a few keys are found in all the ways that those of a million are. */
const little: Patience = { keysFetchedMax: 3, namesReadMax: 5 };

/** A value of a few, so that each is shared by some keys; undefined for the rest. */
function pick<T>(n: number, prime: number, values: readonly T[]): T | undefined {
  return values[(n * prime) % (values.length + 1)];
}

const names = ['CI Pipeline', 'ci_pipeline 100%', 'Ärger', '🚀 launch', 'Zeppelin', 'zebra'];
const scopes: readonly Scope[] = ['project', 'inference', 'keys', 'verify'];

function eventsOf(n: number, keyId: string): KeyEvent[] {
  const made = keyCreated({
    keyId,
    teamId: n % 5 === 0 ? 'team-2' : 'team-1',
    projectId: `project-${n % 3}`,
    name: pick(n, 5, names) ?? `key-${keyId}`,
    keyType: n % 6 === 5 ? 'personal_token' : 'service_account',
    tier: n % 20 === 1 ? 'free' : 'paid',
    role: n % 4 === 1 ? 'admin' : 'member',
    scopes: scopes.slice(0, n % 5),
    createdAt: instant(Math.floor(n / 4)),
    ...defined('environment', pick(n, 7, ['production', 'test'])),
    ...defined('department', pick(n, 11, ['R&D', 'Sales'])),
    ...defined('requestor', pick(n, 13, ['Ada'])),
    ...defined('appId', pick(n, 23, ['app-1', 'app-2'])),
    ...defined('externalId', pick(n, 17, ['ext-1', 'ext-2', 'ext-3'])),
    ...defined('expiresAt', pick(n, 19, [instant(40), instant(60), instant(90)])),
    labels: n % 3 === 0 ? ['ci', `l${n % 7}`] : [],
  });
  const changedAt = instant(50);
  const resource = { resourceId: `r${n % 6}`, model: 'jais-30b', resourceType: 'TPM' } as const;
  const events: KeyEvent[] = [made, { type: 'UserAssigned', userId: `u${n % 4}`, assignedAt: changedAt }];
  if (n % 2 === 0) events.push({ type: 'ResourceAssigned', ...resource, assignedAt: changedAt });
  const service = { serviceId: `s${n % 3}`, models: ['noor'], walletId: null } as const;
  if (n % 5 === 2) {
    events.push({ type: 'ServiceEnabled', ...service, billingPolicy: 'invoiced', enabledAt: changedAt });
  }
  if (n % 4 === 3) events.push({ type: 'BiasProfileChanged', biasProfileId: `b${n % 3}`, changedAt });
  if (n % 7 === 2) events.push({ type: 'StatusChanged', status: 'INACTIVE', changedAt });
  if (made.expiresAt === instant(40) && n % 2 === 0) {
    events.push({ type: 'StatusChanged', status: 'EXPIRED', changedAt });
  }
  if (n % 9 === 4) {
    const secret = secretRecordOf(`second-${keyId}`);
    const previous = { previousSecretId: `secret-of-${keyId}`, previousValidUntil: instant(70) };
    events.push({ type: 'KeyRotated', secret, ...previous, rotatedAt: changedAt });
  }
  if (n % 6 === 1) events.push({ type: 'KeyRevoked', reason: 'superseded', revokedAt: changedAt });
  return events;
}

function defined<K extends string>(field: K, value: string | undefined): { [F in K]?: string } {
  return value === undefined ? {} : ({ [field]: value } as { [F in K]?: string });
}

/** Two teams, three projects, keys of every status, several of them made in the same moment. */
async function makeKeys(): Promise<void> {
  for (let n = 0; n < keysCount; n++) {
    const keyId = `k${String((n * 17) % keysCount).padStart(3, '0')}`;
    for (const event of eventsOf(n, keyId)) await house.append(`key-${keyId}`, event);
    if (n % 3 === 0) continue;
    const lastAt = instant(n % 11);
    lastUses.set(keyId, lastAt);
    const rows = [use({ keyId, secretId: `s-${keyId}`, lastAt }), use({ keyId, secretId: `old-${keyId}` })];
    await house.append('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows });
  }
}

beforeAll(async () => {
  house = await openHouse();
  runner = house.runner({ models: [keysModel, lastUsedModel] });
  await runner.start();
  await makeKeys();
  await settle(house, runner);
  all = [...(await house.rows(keyRows)).values()].filter(
    (row): row is KeyRow => (row as KeyRow).teamId === 'team-1',
  );
});
afterAll(() => house.close());

const ids = (rows: readonly KeyRow[]) => rows.map(({ id }) => id);

/** The same question, asked of the rows in memory. */
function expected(filters: KeyFilters, sort: KeySort, asked = at): string[] {
  const { lastUsedBefore, neverUsed, ...others } = filters;
  const place = (row: KeyRow) =>
    sort.endsWith('lastUsedAt') ? { value: lastUses.get(row.id) ?? notYet, id: row.id } : placeOf(row, sort);
  return ids(
    all
      .filter((row) => fits(row, others, asked))
      .filter(({ id }) => neverUsed === undefined || lastUses.has(id) !== neverUsed)
      .filter(({ id }) => lastUsedBefore === undefined || (lastUses.get(id) ?? at) < lastUsedBefore)
      .sort((a, b) => comparePlaces(place(a), place(b), sort)),
  );
}

/** One value or more for every filter there is, each of which fits some keys and not others. */
const filterValues: { readonly [F in keyof KeyFilters]-?: readonly NonNullable<KeyFilters[F]>[] } = {
  projectId: ['project-0', 'project-1'],
  status: keyStatuses,
  type: ['service_account', 'personal_token'],
  environment: ['production'],
  userId: ['u1', 'u2'],
  resourceId: ['r2', 'r4'],
  externalId: ['ext-2'],
  label: ['ci', 'l3'],
  q: ['pipe', 'CI_PIPE', '100%', 'Zep', 'ärg', 'laun'],
  createdAfter: [instant(10)],
  createdBefore: [instant(20)],
  tier: ['free', 'paid'],
  department: ['R&D'],
  requestor: ['Ada'],
  appId: ['app-2'],
  scope: ['inference'],
  role: ['admin'],
  biasProfileId: ['b1'],
  service: [
    { id: 's1', isOnFreeKeys: false },
    { id: 's2', isOnFreeKeys: true },
  ],
  expiresBefore: [instant(60)],
  lastUsedBefore: [instant(6)],
  neverUsed: [true, false],
};

const everyFilter = Object.entries(filterValues).flatMap(([field, values]) =>
  values.map((value): [string, KeyFilters] => [`${field}=${JSON.stringify(value)}`, { [field]: value }]),
);

const anyFilters = fc.record(
  Object.fromEntries(
    Object.entries(filterValues).map(([field, values]) => [field, fc.constantFrom<unknown>(...values)]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<KeyFilters>;

describe('the keys of a team', () => {
  it.each(everyFilter)('are found by %s, in every order', async (_, filters) => {
    expect(expected(filters, 'name').length).toBeGreaterThan(0);
    expect(expected(filters, 'name').length).toBeLessThan(all.length);
    for (const sort of keySorts) {
      const found = expected(filters, sort);
      expect([sort, ids(await list({ filters, sort }))]).toEqual([sort, found]);
      expect([sort, ids(await list({ filters, sort, limit: 2 }, little))]).toEqual([sort, found.slice(0, 2)]);
    }
  });

  it('are all there, once, in pages of any size, by any filters in any order at any time', () =>
    fc.assert(
      fc.asyncProperty(
        anyFilters,
        fc.constantFrom(...keySorts),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 51, max: 100 }),
        fc.constantFrom(undefined, little),
        async (filters, sort, limit, second, patience) => {
          const seen: ListedKey[] = [];
          for (;;) {
            const last = seen.at(-1);
            const after = last && { after: last.place };
            const page = await list({ filters, sort, limit, at: instant(second), ...after }, patience);
            if (page.length === 0) break;
            seen.push(...page);
          }
          expect(ids(seen)).toEqual(expected(filters, sort, instant(second)));
        },
      ),
      { seed, numRuns: 120, endOnFailure: true },
    ));

  it('are expired at the instant itself', async () => {
    const expiring = all.find((row) => row.expiresAt === instant(90) && keyStatus(row, at) === 'ACTIVE')!;
    const expired = await list({ filters: { status: 'EXPIRED' }, at: instant(90) });
    expect(ids(expired)).toContain(expiring.id);
    const before = new Date(Date.parse(instant(90)) - 1).toISOString();
    expect(ids(await list({ filters: { status: 'ACTIVE' }, at: before }))).toContain(expiring.id);
  });

  it('never show another team, nor what the reader may not see', async () => {
    const others = await list({ teamId: 'team-2' });
    expect(others).toHaveLength(24);
    expect(new Set(others.map(({ teamId }) => teamId))).toEqual(new Set(['team-2']));
    expect(await list({ teamId: 'no such team' })).toEqual([]);
    const visible = { projectId: 'project-1', userId: 'u2' };
    expect(ids(await list({ visible }))).toEqual(expected(visible, '-createdAt'));
    // Who may see only their own keys does not see others by asking for them.
    expect(await list({ visible, filters: { userId: 'u1' } })).toEqual([]);
    expect(await list({ visible, filters: { projectId: 'project-2' } })).toEqual([]);
  });

  it('are counted as far as indexes find them, and not beyond what is asked', async () => {
    for (const [, filters] of everyFilter.filter(([, one]) => !mustScan(one, 'createdAt'))) {
      const listing = { teamId: 'team-1', filters, sort: 'name', at, limit: 1 } as const;
      const count = expected(filters, 'name').length;
      expect(await countKeys(house.db, listing, 1_000)).toBe(count);
      expect(await countKeys(house.db, listing, 1)).toBe(1);
    }
  });

  it('can be looked up one by one, whatever is asked for', async () => {
    expect(await findKey(house.db, all[0]!.id)).toEqual(all[0]);
    expect(await findKey(house.db, 'not an id')).toBeUndefined();
  });

  it('do not shift when one is made between two pages', async () => {
    const newestFirst = expected({}, '-createdAt');
    const first = await list({ limit: 10 });
    await house.append('key-new', keyCreated({ keyId: 'new', createdAt: instant(1_000), teamId: 'team-1' }));
    await settle(house, runner);
    const second = await list({ limit: 10, after: first.at(-1)!.place });
    expect(ids([...first, ...second])).toEqual(newestFirst.slice(0, 20));
    expect(ids(await list({ limit: 1 }))).toEqual(['new']);
  });
});
