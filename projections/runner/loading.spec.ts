import fc from 'fast-check';
import type { Ledger, LedgerBatch } from '../../src/event-store/ledger.js';
import type { FollowOptions, Position } from '../../src/event-store/port.js';
import { instant, keyCreated } from '../../test/support/projection-events.js';
import { expectParity, type House, openHouse } from '../../test/support/projection-house.js';
import { PoisonEvent } from './failure.js';
import type { Derived, ReadModel, Table } from './model.js';
import { rebuild } from './rebuild.js';

interface Everything {
  readonly id: string;
  readonly name: string;
  readonly notes: string | null;
  readonly labels: readonly string[];
  readonly told: { readonly name: string; readonly index: number };
  readonly isTold: boolean;
  readonly at: string;
  readonly changes: number;
  readonly index: number;
}

/** Every kind of column, filled with what the name of a key is. */
const everything: Table<Everything> = {
  name: 'everything',
  key: 'id',
  columns: {
    id: 'id',
    name: 'text',
    notes: 'text | null',
    labels: 'texts',
    told: 'json',
    isTold: 'boolean',
    at: 'instant',
    changes: 'integer',
    index: 'count',
  },
  indexes: [],
  keysOf: ({ stream }) => [stream],
  apply(row, { event }, id, index) {
    if (event.type === 'KeyDeleted') return undefined;
    const name = event.type === 'KeyCreated' ? event.name : (row?.name ?? '');
    const notes = name.length % 2 === 0 ? null : name;
    const changes = (row?.changes ?? 0) + 1;
    const told = { name, index };
    return { id, name, notes, labels: [name, ''], told, isTold: true, at: instant(index), changes, index };
  },
};

interface Name {
  readonly name: string;
  readonly id: string;
}
const names: Derived<Everything, Name> = {
  name: 'everything_names',
  key: ['id', 'name'],
  columns: { name: 'id', id: 'id' },
  indexes: [],
  of: ({ id, name }) => [{ id, name }],
};

const model: ReadModel = { name: 'everything', version: 1, tables: [{ ...everything, derived: names }] };

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

function make(made: ReadModel = model, ledger: Ledger = house.ledger): Promise<void> {
  return rebuild({ db: house.db, ledger, connectionString: house.url, model: made });
}

/** The log in pages of one event, each of which comes twice. */
async function* pageByPage(options: FollowOptions): AsyncIterable<LedgerBatch> {
  for await (const { events, position, caughtUp } of house.ledger.follow(options)) {
    for (const recorded of events.slice(0, -1)) {
      const page = { events: [recorded], position: recorded.position as Position, caughtUp: false };
      yield page;
      yield page;
    }
    yield { events: events.slice(-1), position, caughtUp };
  }
}

function create(keyId: string, name: string): Promise<unknown> {
  return house.append(`key-${keyId}`, keyCreated({ keyId, name }));
}

function rename(keyId: string, name: string): Promise<unknown> {
  const renamed = { type: 'KeyDetailsChanged', keyId, name, changedAt: instant(1) } as const;
  return house.append(`key-${keyId}`, renamed);
}

it('writes every value as it is, whatever characters it has', async () => {
  const texts = fc.sample(fc.string({ unit: 'binary' }), { numRuns: 100, seed: 7 });
  const special = ['', '\\N', '\\.', 'a\tb', 'a\nb\r\n', '\\', '{"', "'", '","', 'NULL', '{}', '🔑 é'];
  const usual = texts.filter((text) => !text.includes('\u0000'));
  for (const [n, name] of [...special, ...usual].entries()) await create(String(n), name);
  await make();
  await expectParity(house, [model]);
});

it.each([
  ['half a character', '\ud83d'],
  ['a character that Postgres does not keep', '\u0000'],
])('finds the event that the database refuses: %s', async (_, name) => {
  for (const keyId of ['a', 'b', 'c']) await create(keyId, 'good');
  await create('bad', name);
  await create('d', 'good');
  const error = await make().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PoisonEvent);
  expect(error).toMatchObject({ event: { position: '4' }, checkpoint: { position: '3', count: 3 } });
});

it('writes rows that many pages change, come back or go, as if each page were written by itself', async () => {
  // So many rows for each event, and each a page, that four events are written together.
  const keys = Array.from({ length: 2_500 }, (_, n) => `k${n}`);
  const wide: Table<Everything> = {
    ...everything,
    keysOf: ({ stream }) => keys.map((key) => `${stream}/${key}`),
  };
  const wideModel = { ...model, tables: [{ ...wide, derived: names }] };
  const deleted = { type: 'KeyDeleted', deletedAt: instant(1) } as const;
  for (const keyId of ['a', 'b', 'c', 'd', 'e']) await create(keyId, keyId);
  await rename('a', 'new');
  await house.append('key-b', deleted);
  await house.append('key-e', deleted);
  await create('e', 'again');
  for (const keyId of ['c', 'd', 'a', 'b']) await rename(keyId, 'last');
  const ledger = { ...house.ledger, follow: pageByPage };
  await make(wideModel, ledger);
  await expectParity(house, [wideModel]);
});
