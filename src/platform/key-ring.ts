import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createLru } from './lru.js';
import { deriveKey, masterKeyFingerprint } from './master-key.js';
import { open, seal } from './seal.js';

/**
 * Data keys that seal personal fields, one per subject (a person in a team, a key, a team's month of
 * addresses), outside the log. Destroying one makes what it sealed unreadable, and nothing in the log changes.
 */
export interface KeyRing {
  /** The data key of a subject (32 bytes), made when there is none. */
  keyFor(subject: string): Promise<Uint8Array>;
  /** Data keys that exist: null where one was destroyed; a subject without a key is absent. */
  keysOf(subjects: readonly string[]): Promise<ReadonlyMap<string, Uint8Array | null>>;
  /** Destroys a subject's key for ever. What it sealed reads as erased from then on. */
  destroy(subject: string): Promise<void>;
}

/** The key ring of an installation, which a wrong master key must not open a crack. */
export interface SealedKeyRing extends KeyRing {
  /** @throws KeyRingMismatch when keys are in it that none of the given master keys opens */
  check(): Promise<void>;
}

/** The key ring cannot be opened with the master keys that were given. */
export class KeyRingMismatch extends Error {
  override readonly name = 'KeyRingMismatch';
}

interface RingTable {
  readonly subject: string;
  /** Fingerprint of the master key that wraps it. */
  readonly masterKey: string;
  /** Null when destroyed. */
  readonly wrapped: Buffer | null;
}

interface RingDatabase {
  'ring.dataKeys': RingTable;
}

export const migrations: Record<string, Migration> = {
  '0001_data_keys': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table ring.data_keys (
          subject text primary key,
          master_key text not null,
          wrapped bytea,
          created_at timestamptz not null default now(),
          destroyed_at timestamptz
        )`.execute(db);
    },
  },
};

const cachedKeysCount = 50_000;

/**
 * The key ring in Postgres, every data key wrapped under a key derived from the master key.
 * @param masterKey the one in force, which wraps new data keys
 * @param retired earlier ones, which only open
 */
export function createKeyRing(
  database: Kysely<unknown>,
  masterKey: Buffer,
  retired: readonly Buffer[] = [],
): SealedKeyRing {
  const db = database as Kysely<RingDatabase>;
  const wrapperOf = (master: Buffer) => ({
    fingerprint: masterKeyFingerprint(master),
    key: deriveKey(master, 'key-ring'),
  });
  const current = wrapperOf(masterKey);
  const wrappers = [current, ...retired.map(wrapperOf)];
  const cache = createLru<Uint8Array>(cachedKeysCount);

  function unwrap(row: RingTable): Uint8Array | null {
    if (row.wrapped === null) return null;
    const wrapper = wrappers.find(({ fingerprint }) => fingerprint === row.masterKey);
    if (!wrapper) throw mismatch(row.masterKey);
    // A copy: what was opened is a piece of 64 KiB that many small buffers share, and would keep all of it in memory.
    return new Uint8Array(open(wrapper.key, row.subject, row.wrapped));
  }

  async function keysOf(subjects: readonly string[]): Promise<Map<string, Uint8Array | null>> {
    const found = new Map<string, Uint8Array | null>();
    const missing = [];
    for (const subject of new Set(subjects)) {
      const cached = cache.get(subject);
      if (cached) found.set(subject, cached);
      else missing.push(subject);
    }
    if (missing.length === 0) return found;
    const rows = await db
      .selectFrom('ring.dataKeys')
      .select(['subject', 'masterKey', 'wrapped'])
      .where('subject', '=', sql<string>`any(${missing})`)
      .execute();
    for (const row of rows) {
      const key = unwrap(row);
      if (key) cache.set(row.subject, key);
      found.set(row.subject, key);
    }
    return found;
  }

  async function keyFor(subject: string): Promise<Uint8Array> {
    const known = (await keysOf([subject])).get(subject);
    if (known) return known;
    if (known === null) throw new Error(`The data key of ${subject} was destroyed.`);
    const wrapped = seal(current.key, subject, randomBytes(32));
    await db
      .insertInto('ring.dataKeys')
      .values({ subject, masterKey: current.fingerprint, wrapped })
      .onConflict((conflict) => conflict.column('subject').doNothing())
      .execute();
    // Another process may have been first: the one that is stored counts.
    const stored = (await keysOf([subject])).get(subject);
    if (!stored) throw new Error(`The data key of ${subject} was destroyed.`);
    return stored;
  }

  async function destroy(subject: string): Promise<void> {
    await sql`
      insert into ring.data_keys (subject, master_key, wrapped, destroyed_at)
      values (${subject}, ${current.fingerprint}, null, now())
      on conflict (subject) do update set wrapped = null, destroyed_at = now()`.execute(db);
    cache.delete(subject);
  }

  async function check(): Promise<void> {
    const used = await db
      .selectFrom('ring.dataKeys')
      .select('masterKey')
      .distinct()
      .where('wrapped', 'is not', null)
      .execute();
    for (const { masterKey: fingerprint } of used) {
      if (!wrappers.some((wrapper) => wrapper.fingerprint === fingerprint)) throw mismatch(fingerprint);
    }
  }

  return { keyFor, keysOf, destroy, check };
}

function mismatch(fingerprint: string): KeyRingMismatch {
  return new KeyRingMismatch(
    `What this database holds was sealed with another master key (fingerprint ${fingerprint}). ` +
      'Restore that key from its backup, or name it in COMPASS_MASTER_KEYS_RETIRED.',
  );
}

/** A key ring that lives as long as the process, for tools and tests that keep nothing. */
export function createMemoryKeyRing(make: (subject: string) => Uint8Array = () => randomBytes(32)): KeyRing {
  const keys = new Map<string, Uint8Array | null>();
  return {
    keyFor: (subject) => {
      const key = keys.get(subject) ?? make(subject);
      keys.set(subject, key);
      return Promise.resolve(key);
    },
    keysOf: (subjects) =>
      Promise.resolve(new Map(subjects.flatMap((s) => (keys.has(s) ? [[s, keys.get(s) ?? null]] : [])))),
    destroy: (subject) => {
      keys.set(subject, null);
      return Promise.resolve();
    },
  };
}
