import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The Postgres schema of all read models. Everything in it can be made again from the log. */
export const readSchema = 'read';

/**
 * What the runner needs. The tables of the models themselves are made by the runner from their
 * definitions, anew for each generation, so they have no migrations.
 */
export const migrations: Record<string, Migration> = {
  '0001_checkpoints': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table read.checkpoints (
          model text not null,
          generation integer not null,
          version integer not null,
          live boolean not null,
          position text not null,
          count bigint not null,
          updated_at timestamptz not null default now(),
          primary key (model, generation)
        )`.execute(db);
      await sql`create unique index on read.checkpoints (model) where live`.execute(db);
      // A number is never used again, so a rebuild that was given up cannot write into its successor's tables.
      await sql`create sequence read.generations as integer`.execute(db);
    },
  },
  '0002_trigrams': {
    async up(db: Kysely<unknown>): Promise<void> {
      try {
        await sql`create extension if not exists pg_trgm`.execute(db);
      } catch (cause) {
        throw new Error(
          'The database has not got the extension pg_trgm, which finds keys by parts of their names. It comes ' +
            'with PostgreSQL (on some systems in the package postgresql-contrib). Install it, or let somebody ' +
            'who may run "create extension pg_trgm" in this database.',
          { cause },
        );
      }
    },
  },
};
