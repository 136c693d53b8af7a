import { sql } from 'kysely';
import type { KeyEvent } from '../../src/domain/key/events.js';
import { instant, keyCreated } from '../../test/support/projection-events.js';
import { expectParity, type House, openHouse } from '../../test/support/projection-house.js';
import { keyLinks } from '../keys/links.js';
import { keyRows, keysModel } from '../keys/table.js';
import { applyBatch } from './batch.js';
import { type Checkpoint, liveCheckpoint } from './checkpoint.js';
import { PoisonEvent } from './failure.js';
import type { ReadModel } from './model.js';
import { rebuild } from './rebuild.js';

let house: House;
let checkpoint: Checkpoint;

beforeEach(async () => {
  house = await openHouse();
  await rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model: keysModel });
  checkpoint = (await liveCheckpoint(house.db, keysModel.name))!;
});
afterEach(() => house.close());

/** What happens to a key, applied as one batch. */
async function happen(events: readonly KeyEvent[], model: ReadModel = keysModel): Promise<void> {
  for (const event of events) await house.append('key-k1', event);
  const batch = { events: await house.events(), position: await house.ledger.head(), caughtUp: true };
  checkpoint = (await applyBatch({ db: house.db, model }, checkpoint, batch))!;
}

/** The lists of the key, each with the transaction that wrote it there. */
async function written(): Promise<Map<string, string>> {
  const { rows } = await sql<{ list: string; by: string }>`
    select list, xmin::text as by from ${sql.table(`read.key_links_v${checkpoint.generation}`)}`.execute(
    house.db,
  );
  return new Map(rows.map(({ list, by }) => [list, by]));
}

const assigned = (resourceId: string): KeyEvent => ({
  type: 'ResourceAssigned',
  resourceId,
  model: 'jais-30b',
  resourceType: 'TPM',
  assignedAt: instant(1),
});
const changed = (changes: object): KeyEvent => ({
  type: 'KeyDetailsChanged',
  keyId: 'k1',
  ...changes,
  changedAt: instant(2),
});

describe('rows that are derived from others', () => {
  it('come with the row, once each, and go with it', async () => {
    await happen([keyCreated({ labels: ['ci', 'eu', 'ci'] }), assigned('r1')]);
    expect(await house.rows(keyLinks)).toHaveProperty('size', 3);
    await expectParity(house, [keysModel]);
    await happen([{ type: 'KeyDeleted', deletedAt: instant(3) }]);
    expect(await house.rows(keyLinks)).toEqual(new Map());
  });

  it('are written only where the change of the row makes them different', async () => {
    await happen([keyCreated({ labels: ['ci', 'eu'] }), assigned('r1')]);
    const before = await written();
    await happen([
      changed({ notes: 'Ring first' }),
      { type: 'RoleChanged', role: 'admin', changedAt: instant(2) },
    ]);
    expect(await written()).toEqual(before);
    await happen([changed({ labels: ['eu', 'us'] })]);
    const after = await written();
    expect([...after.keys()].sort()).toEqual(['team-1/label/eu', 'team-1/label/us', 'team-1/resource/r1']);
    for (const list of ['team-1/label/eu', 'team-1/resource/r1'])
      expect(after.get(list)).toBe(before.get(list));
    await happen([changed({ name: 'New' })]);
    expect([...(await house.rows(keyLinks)).values()].map((row) => 'keyName' in row && row.keyName)).toEqual([
      'New',
      'New',
      'New',
    ]);
    await expectParity(house, [keysModel]);
  });

  it('are the same when a batch comes again', async () => {
    await happen([keyCreated({ labels: ['ci'] }), assigned('r1')]);
    const before = await written();
    await happen([]);
    expect(await written()).toEqual(before);
  });

  it('are not there for a moment without their row, nor the row without them', async () => {
    const derived = {
      ...keyLinks,
      of: () => {
        throw new Error('struck');
      },
    };
    const model = { ...keysModel, tables: [{ ...keyRows, derived }] };
    await expect(happen([keyCreated({ labels: ['ci'] })], model)).rejects.toThrow(PoisonEvent);
    expect(await house.rows(keyRows)).toEqual(new Map());
    expect(await house.rows(keyLinks)).toEqual(new Map());
  });
});
