import type { Recorded } from '../../src/domain/recorded.js';
import { instant, keyCreated, use } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import { type AuditFilter, auditPage } from './queries.js';
import { type AuditRow, auditModel } from './table.js';

let house: House;
let log: Recorded[];

beforeAll(async () => {
  house = await openHouse();
  const runner = house.runner({ models: [auditModel] });
  await runner.start();
  for (let n = 0; n < 60; n++) {
    const about = {
      recordedAt: instant(n),
      teamId: n % 7 === 0 ? 'team-2' : 'team-1',
      actor: { type: 'user', id: `u${n % 4}` },
    } as const;
    const keyId = `k${n % 6}`;
    if (n < 6) await house.append(`key-${keyId}`, keyCreated({ keyId }), about);
    else if (n % 5 === 0) {
      await house.append('uses-p1', { type: 'KeyUsesRecorded', rows: [use({ keyId })] }, about);
    } else {
      await house.append(
        `key-${keyId}`,
        { type: 'UserAssigned', userId: 'u1', assignedAt: instant(n) },
        about,
      );
    }
  }
  await settle(house, runner);
  log = await house.events();
});
afterAll(() => house.close());

function page(filter: Partial<AuditFilter> = {}): Promise<AuditRow[]> {
  return auditPage(house.db, { teamId: 'team-1', limit: 200, ...filter });
}

/** The same question, asked of the log itself. */
function expected(fits: (recorded: Recorded) => boolean): [index: number, eventId: string][] {
  return [...log.entries()]
    .filter(
      ([, one]) => one.metadata.teamId === 'team-1' && one.event.type !== 'KeyUsesRecorded' && fits(one),
    )
    .map(([index, { id }]) => [index, id]);
}

const places = (rows: readonly AuditRow[]) => rows.map(({ index, eventId }) => [index, eventId]);

describe('the index of the log', () => {
  it('has every event of a team but counts of uses, oldest first, with its place in the log', async () => {
    expect(places(await page())).toEqual(expected(() => true));
  });

  it('is turned page by page', async () => {
    const seen: AuditRow[] = [];
    for (;;) {
      const last = seen.at(-1);
      const next = await page({ limit: 7, ...(last && { afterIndex: last.index }) });
      if (next.length === 0) break;
      seen.push(...next);
    }
    expect(places(seen)).toEqual(expected(() => true));
  });

  it('is searched by key, keys, actor, type and time', async () => {
    expect(places(await page({ keyId: 'k2' }))).toEqual(expected(({ stream }) => stream === 'key-k2'));
    expect(places(await page({ keyIds: ['k2', 'k3'] }))).toEqual(
      expected(({ stream }) => ['key-k2', 'key-k3'].includes(stream)),
    );
    expect(await page({ keyIds: [] })).toEqual([]);
    expect(places(await page({ actorId: 'u3' }))).toEqual(
      expected(({ metadata }) => metadata.actor.id === 'u3'),
    );
    expect(places(await page({ type: 'KeyCreated' }))).toEqual(
      expected(({ event }) => event.type === 'KeyCreated'),
    );
    expect(await page({ type: 'NoSuchThing' })).toEqual([]);
    const [from, to] = [instant(10), instant(20)];
    expect(places(await page({ from, to }))).toEqual(
      expected(({ metadata: { recordedAt } }) => recordedAt >= from && recordedAt < to),
    );
  });

  it('never shows another team, also when its key is named', async () => {
    const own = new Set(expected(() => true).map(([, id]) => id));
    for (const keyId of ['k0', 'k1', 'k2', 'k3', 'k4', 'k5']) {
      for (const { eventId, teamId } of await page({ keyId })) {
        expect([own.has(eventId), teamId]).toEqual([true, 'team-1']);
      }
    }
  });
});
