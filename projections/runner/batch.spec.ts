import { sql } from 'kysely';
import type { Recorded } from '../../src/domain/recorded.js';
import type { Position } from '../../src/event-store/port.js';
import { keyCreated } from '../../test/support/projection-events.js';
import { type House, openHouse } from '../../test/support/projection-house.js';
import { applyBatch, type FailPoints } from './batch.js';
import { type Checkpoint, liveCheckpoint } from './checkpoint.js';
import type { Derived, ReadModel, Table } from './model.js';
import { rebuild } from './rebuild.js';

interface Present {
  readonly id: string;
  readonly changes: number;
  readonly lastIndex: number;
}

/** A row for each key that is not revoked, and a count that shows whether an event came twice. */
const present: Table<Present> = {
  name: 'present',
  key: 'id',
  columns: { id: 'id', changes: 'count', lastIndex: 'count' },
  indexes: [],
  keysOf: ({ stream }) => [stream],
  apply: (row, { event }, id, lastIndex) =>
    event.type === 'KeyRevoked' ? undefined : { id, changes: (row?.changes ?? 0) + 1, lastIndex },
};
const model: ReadModel = { name: 'present', version: 1, tables: [present] };

let house: House;
let from: Checkpoint;

beforeEach(async () => {
  house = await openHouse();
  await remake();
  from = (await liveCheckpoint(house.db, model.name))!;
});
afterEach(() => house.close());

function remake(): Promise<void> {
  return rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model });
}

async function create(...keyIds: readonly string[]): Promise<void> {
  for (const keyId of keyIds) await house.append(`key-${keyId}`, keyCreated({ keyId }));
}

function revoke(keyId: string): Promise<unknown> {
  return house.append(`key-${keyId}`, {
    type: 'KeyRevoked',
    reason: 'superseded',
    revokedAt: '2026-11-21T00:00:00.000Z',
  });
}

async function apply(
  checkpoint: Checkpoint,
  events: readonly Recorded[],
  failPoints?: FailPoints,
): Promise<Checkpoint | undefined> {
  const batch = { events, position: await house.ledger.head(), caughtUp: true };
  return applyBatch({ db: house.db, model, failPoints }, checkpoint, batch);
}

async function rows(): Promise<unknown[]> {
  return [...(await house.rows(present)).values()];
}

describe('a batch', () => {
  it('makes, changes and removes rows, and tells each event its place in the log', async () => {
    await create('a', 'b', 'c');
    const first = await apply(from, await house.events());
    expect(first).toMatchObject({ count: 3, position: '3' });
    await revoke('b');
    await create('d');
    await revoke('d');
    await house.append('key-a', {
      type: 'UserAssigned',
      userId: 'u1',
      assignedAt: '2026-11-21T00:00:00.000Z',
    });
    const second = await apply(first!, (await house.events()).slice(3));
    expect(second).toMatchObject({ count: 7, position: '7' });
    expect(await rows()).toEqual(
      expect.arrayContaining([
        { id: 'key-a', changes: 2, lastIndex: 6 },
        { id: 'key-c', changes: 1, lastIndex: 2 },
      ]),
    );
    expect(await rows()).toHaveLength(2);
    expect(await liveCheckpoint(house.db, model.name)).toEqual(second);
  });

  it('that comes again changes nothing', async () => {
    await create('a', 'b');
    const to = await apply(from, await house.events());
    const before = await rows();
    expect(await apply(to!, await house.events())).toEqual(to);
    expect(await rows()).toEqual(before);
  });

  it('is left alone by whoever believes the checkpoint elsewhere', async () => {
    await create('a', 'b');
    const to = await apply(from, await house.events());
    const before = await rows();
    expect(await apply(from, await house.events())).toBeUndefined();
    expect(await rows()).toEqual(before);
    expect(await liveCheckpoint(house.db, model.name)).toEqual(to);
  });

  it('is applied once, however many apply it at the same time', async () => {
    await create('a', 'b');
    const events = await house.events();
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => apply(from, events)));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
    expect(await rows()).toEqual([
      { id: 'key-a', changes: 1, lastIndex: 0 },
      { id: 'key-b', changes: 1, lastIndex: 1 },
    ]);
  });

  it('does not reach tables that are not live any more', async () => {
    await create('a');
    const to = await apply(from, await house.events());
    // Who still reads the old tables keeps them, and so their checkpoint, from going.
    const reader = await house.db.startTransaction().execute();
    await sql`lock table ${sql.table(`read.present_v${from.generation}`)} in access share mode`.execute(
      reader,
    );
    await remake();
    await reader.rollback().execute();
    await create('b');
    expect(await apply(to!, await house.events())).toBeUndefined();
    expect(await rows()).toEqual([{ id: 'key-a', changes: 1, lastIndex: 0 }]);
  });

  it('leaves nothing behind when it breaks off', async () => {
    await create('a');
    const hit = (moment: string) =>
      moment === 'rows folded' ? Promise.reject(new Error('struck')) : Promise.resolve();
    await expect(apply(from, await house.events(), { hit })).rejects.toThrow('struck');
    expect(await rows()).toEqual([]);
    expect(await liveCheckpoint(house.db, model.name)).toEqual(from);
  });

  it('that cannot be stored is no fault of an event where somebody else has moved on', async () => {
    await create('a');
    const events = await house.events();
    const others = { hit: (moment: string) => (moment === 'rows folded' ? moveOn() : Promise.resolve()) };
    async function moveOn(): Promise<void> {
      await apply(from, events);
      await sql`drop table ${sql.table(`read.present_v${from.generation}`)} cascade`.execute(house.db);
    }
    expect(await apply(from, events, others)).toBeUndefined();
    const to = (await liveCheckpoint(house.db, model.name))!;
    await create('b');
    await expect(apply(to, (await house.events()).slice(1))).rejects.toThrow('does not exist');
  });
});

/** A row whose derived rows have another key each time, and come back under one that another row had. */
interface Holder {
  readonly id: string;
  readonly place: number;
}

const held: Derived<Holder, { readonly place: string; readonly by: string }> = {
  name: 'held',
  key: ['place'],
  columns: { place: 'id', by: 'id' },
  indexes: [],
  of: ({ id, place }) => [{ place: String(place), by: id }],
};

/** Every event moves its key to the place of its number, and takes all others one further. */
const holders: Table<Holder> = {
  name: 'holders',
  key: 'id',
  columns: { id: 'id', place: 'count' },
  indexes: [],
  keysOf: () => ['key-a', 'key-b', 'key-c'],
  apply: (row, { stream }, id) => {
    if (stream === id) return { id, place: 0 };
    return row && { id, place: row.place + 1 };
  },
  derived: held,
};

test('what is derived from one row may take the place of what another gives up at the same time', async () => {
  const moving: ReadModel = { name: 'moving', version: 1, tables: [holders] };
  await rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model: moving });
  const target = { db: house.db, model: moving };
  let checkpoint = (await liveCheckpoint(house.db, moving.name))!;
  for (const keyId of ['a', 'b', 'c', 'a', 'b']) await house.append(`key-${keyId}`, keyCreated({ keyId }));
  for (const recorded of await house.events()) {
    const position = recorded.position as Position;
    checkpoint = (await applyBatch(target, checkpoint, { events: [recorded], position, caughtUp: true }))!;
  }
  expect(await house.rows(held)).toEqual(
    new Map([
      ['0', { place: '0', by: 'key-b' }],
      ['1', { place: '1', by: 'key-a' }],
      ['2', { place: '2', by: 'key-c' }],
    ]),
  );
});
