import { sql } from 'kysely';
import { instant, keyCreated, use } from '../../test/support/projection-events.js';
import { expectParity, type House, openHouse, settle } from '../../test/support/projection-house.js';
import { readAccess } from '../access/queries.js';
import { type KeyAccessRow, keyAccess } from '../access/table.js';
import { keyLinks } from '../keys/links.js';
import { keyRows, keysModel } from '../keys/table.js';
import { readModels } from '../models.js';
import { liveCheckpoint } from './checkpoint.js';
import type { ReadModel } from './model.js';
import { type Rebuilding, type RebuildProgress, RebuildUnderWay, rebuild } from './rebuild.js';
import type { Runner } from './runner.js';

let house: House;
let runner: Runner;
beforeEach(async () => {
  house = await openHouse();
  runner = house.runner();
  await runner.start();
});
afterEach(() => house.close());

async function happen(from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) {
    await house.append(
      `key-k${n}`,
      keyCreated({ keyId: `k${n}`, labels: [`l${n % 3}`], createdAt: instant(n) }),
    );
    const rows = [use({ keyId: `k${n % 3}`, lastAt: instant(n) })];
    await house.append('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows });
  }
}

function make(model: ReadModel, changes: Partial<Rebuilding> = {}): Promise<void> {
  return rebuild({ db: house.db, ledger: house.ledger, connectionString: house.url, model, ...changes });
}

async function tableNames(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'read' and tablename like 'key%'
    order by tablename`.execute(house.db);
  return rows.map(({ name }) => name);
}

async function liveGeneration(model: ReadModel): Promise<number | undefined> {
  return (await liveCheckpoint(house.db, model.name))?.generation;
}

describe('a rebuild', () => {
  it('gives the rows that following gives, with their indexes, and leaves no other tables', async () => {
    await happen(0, 20);
    await settle(house, runner);
    const before = await liveGeneration(keysModel);
    for (const model of readModels) await make(model);
    await expectParity(house);
    const after = await liveGeneration(keysModel);
    expect(after).toBeGreaterThan(before!);
    expect(await tableNames()).toEqual([`key_links_v${after}`, `keys_v${after}`]);
    for (const { name, indexes } of [keyRows, keyLinks]) {
      const table = `${name}_v${after}`;
      const { rows } = await sql`select from pg_indexes where tablename = ${table}`.execute(house.db);
      expect(rows).toHaveLength(1 + indexes.length);
    }
  });

  it('tells how far it is', async () => {
    await happen(0, 20);
    const told: RebuildProgress[] = [];
    await make(keysModel, { onProgress: (progress) => told.push(progress) });
    expect([...new Set(told.map(({ phase }) => phase))]).toEqual([
      'loading',
      'indexing',
      'switching',
      'done',
    ]);
    expect(told.at(-1)).toMatchObject({
      model: 'keys',
      events: 40,
      position: await house.ledger.head(),
      head: await house.ledger.head(),
      eventsPerSecond: expect.any(Number),
    });
  });

  it('goes on beside a runner and what happens, and neither misses nor doubles anything', async () => {
    await happen(0, 50);
    const writing = happen(50, 200);
    for (const model of [...readModels, ...readModels]) await make(model);
    await writing;
    await settle(house, runner);
    await expectParity(house);
    expect(runner.status().map(({ state }) => state)).toEqual(readModels.map(() => 'running'));
  });

  it('is no step back for who reads: the new tables are as far as the old ones at least', async () => {
    await happen(0, 10);
    await settle(house, runner);
    let writing = true;
    const counts: number[] = [];
    const reading = (async () => {
      while (writing) counts.push((await house.rows(keyRows)).size);
    })();
    const written = happen(10, 120);
    await Promise.all([written, make(keysModel).then(() => make(keysModel))]);
    writing = false;
    await reading;
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts[0]).toBeGreaterThanOrEqual(10);
  });

  it('that was killed leaves the live tables alone; the next one clears up after it', async () => {
    await happen(0, 10);
    await settle(house, runner);
    const before = await liveGeneration(keysModel);
    const killed = make(keysModel, {
      failPoints: { hit: () => Promise.reject(new Error('killed')) },
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await tableNames()).toHaveLength(4);
    expect(await liveGeneration(keysModel)).toBe(before);
    await happen(10, 15);
    await settle(house, runner);
    await expectParity(house);
    await make(keysModel);
    await expectParity(house);
    const live = await liveGeneration(keysModel);
    expect(await tableNames()).toEqual([`key_links_v${live}`, `keys_v${live}`]);
  });

  it('can be given up', async () => {
    await happen(0, 10);
    const signal = AbortSignal.abort();
    await expect(make(keysModel, { signal })).rejects.toThrow('given up');
    await settle(house, runner);
    await expectParity(house);
  });

  it('is made by one at a time', async () => {
    const inside = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const hit = () => {
      inside.resolve();
      return release.promise;
    };
    await happen(0, 1);
    const first = make(keysModel, { failPoints: { hit } });
    await inside.promise;
    await expect(make(keysModel)).rejects.toThrow(RebuildUnderWay);
    release.resolve();
    await first;
  });

  it('does not show half of anything to who reads everything meanwhile', async () => {
    await happen(0, 29);
    // The stored position of a model trails behind events that change nothing in it.
    const last = await house.append('key-k29', keyCreated({ keyId: 'k29', createdAt: instant(29) }));
    await settle(house, runner);
    const model = readModels.find(({ name }) => name === 'access')!;
    const seen = await readAccess(house.pool, async ({ position, each }) => {
      await make(model);
      const keys: KeyAccessRow[] = [];
      await each(keyAccess, (key) => keys.push(key));
      return { position, keys };
    });
    expect(seen?.position).toBe(last);
    expect(seen?.keys).toHaveLength(30);
    expect(new Set(seen?.keys.map(({ keyId }) => keyId))).toEqual(
      new Set((await house.rows(keyAccess)).keys()),
    );
  });
});
