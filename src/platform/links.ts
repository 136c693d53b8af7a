import { createHmac } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { sha256 } from './random.js';
import { open, seal } from './seal.js';

/** A secret that somebody may take by a link. */
export interface KeptSecret {
  readonly keyId: string;
  readonly secretId: string;
  readonly secret: string;
}

/**
 * What links in mails stand on. A mail is written long after the request that is its cause, by whichever process
 * comes to it, so the token of a link follows from what it is for and the master key; the secret that it shows is
 * sealed here for a day, and found by the hash of the token.
 */
export interface Links {
  /** 32 bytes that tell nothing without the master key, the same for the same subject. */
  proofOf(subject: string): Buffer;
  /** The token of the link by which a secret can be taken. */
  tokenOf(secretId: string): string;
  keep(kept: KeptSecret): Promise<void>;
  /** Undefined when there is none, or its day is over. */
  find(token: string): Promise<KeptSecret | undefined>;
  forget(secretId: string): Promise<void>;
  /** Deletes what has lived its time. */
  sweep(): Promise<void>;
}

/** How long a secret waits to be taken. */
export const keptHours = 24;
const keptFor = sql.raw(`interval '${keptHours} hours'`);

export const migrations: Record<string, Migration> = {
  '0001_secrets': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table links.secrets (
          token_hash text primary key,
          key_id text not null,
          secret_id text not null,
          sealed bytea not null,
          kept_at timestamptz not null default now()
        )`.execute(db);
      await sql`create index on links.secrets (kept_at)`.execute(db);
    },
  },
};

interface Options {
  readonly db: Kysely<unknown>;
  /** Seals what is kept, and makes tokens; 32 bytes. */
  readonly key: Uint8Array;
}

export function createLinks({ db, key }: Options): Links {
  const proofOf = (subject: string) => createHmac('sha256', key).update(`proof ${subject}`).digest();
  const tokenOf = (secretId: string) => proofOf(`secret ${secretId}`).toString('base64url');
  return {
    proofOf,
    tokenOf,
    async keep({ keyId, secretId, secret }) {
      const sealed = seal(key, secretId, Buffer.from(secret, 'utf8'));
      await sql`
        insert into links.secrets (token_hash, key_id, secret_id, sealed)
        values (${sha256(tokenOf(secretId))}, ${keyId}, ${secretId}, ${sealed})`.execute(db);
    },
    async find(token) {
      const { rows } = await sql<{ keyId: string; secretId: string; sealed: Buffer }>`
        select key_id as "keyId", secret_id as "secretId", sealed from links.secrets
        where token_hash = ${sha256(token)} and kept_at > now() - ${keptFor}`.execute(db);
      const [row] = rows;
      if (!row) return undefined;
      const { keyId, secretId, sealed } = row;
      return { keyId, secretId, secret: open(key, secretId, sealed).toString('utf8') };
    },
    async forget(secretId) {
      await sql`delete from links.secrets where token_hash = ${sha256(tokenOf(secretId))}`.execute(db);
    },
    async sweep() {
      await sql`delete from links.secrets where kept_at <= now() - ${keptFor}`.execute(db);
    },
  };
}
