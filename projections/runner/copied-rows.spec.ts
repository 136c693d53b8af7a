import { openHouse } from '../../test/support/projection-house.js';
import type { ReadModel, Table } from './model.js';
import { rebuild } from './rebuild.js';
import { readSnapshot } from './snapshot.js';

interface Odd {
  readonly id: string;
  readonly text: string | null;
  readonly texts: readonly string[];
  readonly json: object;
  readonly instant: string | null;
  readonly count: number;
  readonly integer: number;
  readonly boolean: boolean;
}

const strange = ['', 'NULL', '\\N', 'a\tb\nc\rd\\e\\\\f', '{"x",y}', 'ä→🔑', '\b\f\v', ' "quoted" '];

/** A row of every kind of value for each strange text, and one with nothing. */
const rows: readonly Odd[] = [
  ...strange.map((text, n) => ({
    id: `row-${n}`,
    text,
    texts: [text, 'x'],
    json: { [text]: [text, null, 1.5e300] },
    instant: new Date(Date.UTC(2026, n, 1, 2, 3, 4, n)).toISOString(),
    count: 2 ** 53 - 1 - n,
    integer: n - 3,
    boolean: n % 2 === 0,
  })),
  { id: 'none', text: null, texts: [], json: {}, instant: null, count: 0, integer: 0, boolean: false },
];

const odd: Table<Odd> = {
  name: 'odd',
  key: 'id',
  columns: {
    id: 'id',
    text: 'text | null',
    texts: 'texts',
    json: 'json',
    instant: 'instant | null',
    count: 'count',
    integer: 'integer',
    boolean: 'boolean',
  },
  indexes: [],
  keysOf: () => rows.map(({ id }) => id),
  apply: (_, _recorded, key) => rows.find(({ id }) => id === key),
};
const model: ReadModel = { name: 'odd', version: 1, tables: [odd] };

it('gives rows as they were made, whatever is in them', async () => {
  const house = await openHouse();
  try {
    await house.append('team-t1', {
      type: 'TeamCreated',
      teamId: 't1',
      name: 'T',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    await rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model });
    const found: Odd[] = [];
    await readSnapshot(house.pool, model, ({ each }) => each(odd, (row) => found.push(row)));
    expect(found.toSorted(byId)).toEqual(rows.toSorted(byId));
  } finally {
    await house.close();
  }
});

function byId(one: Odd, other: Odd): number {
  return one.id < other.id ? -1 : 1;
}
