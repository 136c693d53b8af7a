import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.js';
import { createKeyRing, KeyRingMismatch, migrations } from './key-ring.js';
import { migrate } from './migrate.js';
import { createKysely, createPool } from './postgres.js';

let database: TestDatabase;
let pool: pg.Pool;
const master = randomBytes(32);

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, { applicationName: 'test' });
  await migrate(pool, { schema: 'ring', migrations });
});

afterAll(async () => {
  await pool.end();
  await database.drop();
});

/** As another process, or the same one after a restart, would open it. */
function openRing(key = master, retired: Buffer[] = []) {
  return createKeyRing(createKysely(pool), key, retired);
}

describe('the key ring in Postgres', () => {
  it('makes one key per subject and keeps it', async () => {
    const key = await openRing().keyFor('person-1');
    expect(key).toHaveLength(32);
    expect(await openRing().keyFor('person-1')).toEqual(key);
    expect(await openRing().keyFor('person-2')).not.toEqual(key);
  });

  it('gives everybody the same key when many ask at once', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => openRing().keyFor('crowd')));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
  });

  it('knows which keys there are', async () => {
    const key = await openRing().keyFor('known');
    expect(await openRing().keysOf(['known', 'unknown'])).toEqual(new Map([['known', key]]));
  });

  it('keeps nothing in memory with a key', async () => {
    const ring = openRing();
    await ring.keyFor('small');
    expect((await ring.keyFor('small')).buffer.byteLength).toBe(32);
  });

  it('stores no key in clear text', async () => {
    const key = await openRing().keyFor('hidden');
    const { rows } = await pool.query<{ row: string }>(
      "select encode(wrapped, 'hex') as row from ring.data_keys where subject = 'hidden'",
    );
    expect(rows[0]?.row).not.toContain(Buffer.from(key).toString('hex'));
  });

  it('forgets a destroyed key for good', async () => {
    const ring = openRing();
    await ring.keyFor('erased');
    await ring.destroy('erased');
    expect((await ring.keysOf(['erased'])).get('erased')).toBeNull();
    expect((await openRing().keysOf(['erased'])).get('erased')).toBeNull();
    await expect(openRing().keyFor('erased')).rejects.toThrow('destroyed');
  });

  it('opens with a retired master key what it sealed, and seals new keys with the one in force', async () => {
    const key = await openRing().keyFor('old');
    const next = randomBytes(32);
    const ring = openRing(next, [master]);
    await ring.check();
    expect(await ring.keyFor('old')).toEqual(key);
    const fresh = await ring.keyFor('fresh');
    expect(await openRing(next, [master]).keyFor('fresh')).toEqual(fresh);
    await expect(openRing(next).check()).rejects.toThrow(KeyRingMismatch);
    await pool.query("delete from ring.data_keys where subject = 'fresh'");
  });

  it('refuses a master key that is not its own, before anything is read or written', async () => {
    await openRing().check();
    await expect(openRing(randomBytes(32)).check()).rejects.toThrow(KeyRingMismatch);
    await expect(openRing(randomBytes(32)).keyFor('person-1')).rejects.toThrow(KeyRingMismatch);
  });

  it('does not take the key of one subject for that of another', async () => {
    await openRing().keyFor('mine');
    await pool.query(
      "insert into ring.data_keys (subject, master_key, wrapped) select 'yours', master_key, wrapped from ring.data_keys where subject = 'mine'",
    );
    await expect(openRing().keyFor('yours')).rejects.toThrow();
  });
});
