import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Mails that are dealt with: sent, refused for good, or of use to nobody any more. */
export interface SettledMails {
  settle(id: string): Promise<void>;
  /** Forgets those that nobody asks for any more. */
  sweep(): Promise<void>;
}

/** Longer than anything waits to be told. */
const keptFor = sql.raw(`interval '60 days'`);

export const migrations: Record<string, Migration> = {
  '0001_settled': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table mails.settled (id text primary key, settled_at timestamptz not null default now())`.execute(
        db,
      );
      await sql`create index on mails.settled (settled_at)`.execute(db);
    },
  },
};

export function createSettledMails(db: Kysely<unknown>): SettledMails {
  return {
    async settle(id) {
      await sql`insert into mails.settled (id) values (${id}) on conflict do nothing`.execute(db);
    },
    async sweep() {
      await sql`delete from mails.settled where settled_at <= now() - ${keptFor}`.execute(db);
    },
  };
}
