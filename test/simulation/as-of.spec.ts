import fc from 'fast-check';
import { type KeyFilters, type KeySort, type placeOf } from '../../projections/keys/filters.js';
import { type KeyRow, keyRows } from '../../projections/keys/table.js';
import { listPast } from '../../src/application/key/list-past.js';
import { pastKey } from '../../src/application/key/past.js';
import { createLookups } from '../../src/application/lookups.js';
import type { Principal } from '../../src/application/principal.js';
import { keyStatus, keyStatuses } from '../../src/domain/key/status.js';
import type { Recorded } from '../../src/domain/recorded.js';
import { instant } from '../support/projection-events.js';
import { createTeller, type Happening, histories } from '../support/projection-histories.js';
import { foldOf, type House, openHouse, settle } from '../support/projection-house.js';

/** What fast-check prints when it finds something: put it here, with its path, to see it again. */
const seed = Date.now();
const runs = { seed, numRuns: 6, endOnFailure: true };
const longest = 60;
const farFuture = '2100-01-01T00:00:00.000Z';
const teams = ['t0', 't1', 't2', 't3', 't4'];
const keyIds = ['k0', 'k1', 'k2', 'k3', 'k4'];

/** Clocks of several processes: seconds before or after the one of the story, for each event in turn. */
const clocks = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 10 });

/** Tells a history by those clocks and waits until the read models have it. */
async function tell(house: House, history: readonly Happening[], skews: readonly number[]): Promise<void> {
  let count = 0;
  const teller = createTeller((stream, event, about = {}) => {
    const skew = skews[count++ % skews.length] ?? 0;
    const told = Date.parse(about.recordedAt ?? instant(0));
    return house.append(stream, event, {
      ...about,
      recordedAt: new Date(told + skew * 1_000).toISOString(),
      // A key's events are of the team that it was made in.
      ...(event.type === 'KeyCreated' && { teamId: event.teamId }),
    });
  });
  for (const happening of history) await teller(happening);
  const runner = house.runner();
  await runner.start();
  await settle(house, runner);
}

/** The definition itself: what stands before the first event whose time is past, counts of uses aside. */
function replay(events: readonly Recorded[], at: string): Map<string, KeyRow> {
  const end = events.findIndex(
    ({ event, metadata }) => event.type !== 'KeyUsesRecorded' && metadata.recordedAt > at,
  );
  return foldOf(keyRows, end === -1 ? events : events.slice(0, end)) as Map<string, KeyRow>;
}

function ownerOf(teamId: string): Principal {
  return { type: 'user', userId: 'u', teamId, role: 'OWNER', sessionId: 's' };
}

async function listed(
  house: House,
  teamId: string,
  asOf: string,
  filters: KeyFilters = {},
  sort: KeySort = '-createdAt',
): Promise<string[]> {
  const parts = partsOf(house);
  const ids: string[] = [];
  for (let after: ReturnType<typeof placeOf> | undefined; ; ) {
    const asked = { filters, sort, asOf, limit: 2, ...(after && { after }) };
    const page = await listPast(parts, ownerOf(teamId), asked);
    if (!page.ok) throw new Error(JSON.stringify(page));
    const last = page.value.at(-1);
    if (!last) return ids;
    ids.push(...page.value.map(({ id }) => id));
    after = last.place;
  }
}

/** Every instant around which something may have changed. */
const instants = Array.from({ length: longest + 8 }, (_, second) => instant(second - 5));

const someInstants = fc.uniqueArray(fc.constantFrom(...instants), { minLength: 4, maxLength: 16 });

function partsOf({ ledger, db }: House) {
  return { ledger, readDb: db, lookups: createLookups(db) };
}

async function inHouse(visit: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await visit(house);
  } finally {
    await house.close();
  }
}

describe('for any history, the past is what a replay of the log up to then says', () => {
  it('of each key, at every instant and at every revision', () =>
    fc.assert(
      fc.asyncProperty(histories(longest), clocks, someInstants, (history, skews, ats) =>
        inHouse(async (house) => {
          await tell(house, history, skews);
          const events = await house.events();
          const parts = partsOf(house);
          for (const at of ats) {
            const rows = replay(events, at);
            for (const keyId of keyIds) {
              const past = await pastKey(parts, keyId, { asOf: at }, farFuture);
              expect([at, keyId, past]).toMatchObject([at, keyId, { ok: true, value: { at } }]);
              expect([at, past.ok && past.value.then]).toEqual([at, rows.get(keyId)]);
            }
          }
          for (const keyId of keyIds) {
            const own = events.filter(({ stream }) => stream === `key-${keyId}`);
            for (const { revision, metadata } of own) {
              const then = foldOf(keyRows, own.slice(0, revision)).get(keyId);
              const past = await pastKey(parts, keyId, { revision }, farFuture);
              expect(past).toMatchObject({ ok: true, value: { revision, at: metadata.recordedAt } });
              expect(past.ok && past.value.then).toEqual(then);
            }
            const beyond = await pastKey(parts, keyId, { revision: own.length + 1 }, farFuture);
            expect(beyond).toEqual({ ok: false, refusal: { code: 'key.not_found' } });
          }
        }),
      ),
      runs,
    ));

  it('of lists, in pages, by status as it was then and by name', () =>
    fc.assert(
      fc.asyncProperty(histories(longest), clocks, someInstants, (history, skews, ats) =>
        inHouse(async (house) => {
          await tell(house, history, skews);
          const events = await house.events();
          for (const at of ats) {
            for (const teamId of teams) {
              const rows = [...replay(events, at).values()].filter((row) => row.teamId === teamId);
              const ids = (fits: (row: KeyRow) => boolean) =>
                rows
                  .filter(fits)
                  .map(({ id }) => id)
                  .sort();
              expect((await listed(house, teamId, at)).sort()).toEqual(ids(() => true));
              for (const status of keyStatuses) {
                const found = await listed(house, teamId, at, { status }, 'name');
                expect([at, status, found.sort()]).toEqual([
                  at,
                  status,
                  ids((row) => keyStatus(row, at) === status),
                ]);
              }
            }
          }
        }),
      ),
      runs,
    ));
});
