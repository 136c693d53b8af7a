import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What is kept about people, in plain text: `users.email` and `users.name`, and nothing else, for
 * `ip_address` and `user_agent` stay empty and `image` unused. Erasing a person deletes the row of
 * `users`; the others go with it.
 *
 * `sessions.token` is not what the browser holds: the cookie carries it together with its HMAC under a
 * key derived from the master key, so a reader of the table can neither use a session nor forge one.
 * `credentials.password` is an Argon2id hash. `verifications` is for mailed links and empty until then.
 */
export const migrations: Record<string, Migration> = {
  '0001_accounts': {
    async up(database: Kysely<unknown>): Promise<void> {
      for (const statement of accountTables) await sql.raw(statement).execute(database);
    },
  },
};

const accountTables = [
  `create table accounts.users (
    id uuid primary key,
    email text not null unique,
    name text not null,
    email_verified boolean not null,
    image text,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create table accounts.sessions (
    id uuid primary key,
    user_id uuid not null references accounts.users on delete cascade,
    token text not null unique,
    expires_at timestamptz not null,
    ip_address text,
    user_agent text,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create index on accounts.sessions (user_id)',
  `create table accounts.credentials (
    id uuid primary key,
    user_id uuid not null references accounts.users on delete cascade,
    provider_id text not null,
    account_id text not null,
    password text,
    access_token text,
    refresh_token text,
    id_token text,
    access_token_expires_at timestamptz,
    refresh_token_expires_at timestamptz,
    scope text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (provider_id, account_id)
  )`,
  'create index on accounts.credentials (user_id)',
  `create table accounts.verifications (
    id uuid primary key,
    identifier text not null,
    value text not null,
    expires_at timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  'create index on accounts.verifications (identifier)',
];
