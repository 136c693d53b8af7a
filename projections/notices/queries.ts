import { type Kysely, sql } from 'kysely';
import type { ExpiryNotice } from './expiries.js';
import type { NoticeRow } from './table.js';

/** What is asked for at once, and of whom not again. */
export interface NoticeFilter {
  /** ISO instant it is now. */
  readonly at: string;
  readonly limit: number;
  /** Notices that wait for another try. */
  readonly except: readonly string[];
}

/** Within which a notice that an event asks for is of use. */
const usefulFor = sql.raw(`interval '7 days'`);

/** The oldest notices that events ask for and that were not dealt with (`mails.settled`). */
export async function dueNotices(
  db: Kysely<unknown>,
  { at, limit, except }: NoticeFilter,
): Promise<readonly NoticeRow[]> {
  const { rows } = await sql<NoticeRow>`
    select * from read.notices as due
    where caused_at > ${at}::timestamptz - ${usefulFor} and id <> all(${except})
      and not exists (select from mails.settled where settled.id = due.id)
    order by caused_at limit ${limit}`.execute(db);
  return rows;
}

/** Keys of which it is time to tell that they expire, and that have not yet. */
export async function dueExpiries(
  db: Kysely<unknown>,
  { at, limit, except }: NoticeFilter,
): Promise<readonly ExpiryNotice[]> {
  const { rows } = await sql<ExpiryNotice>`
    select * from read.expiry_notices as due
    where due_at <= ${at} and expires_at > ${at} and cause_id || '.' || days <> all(${except})
      and not exists (select from mails.settled where settled.id = due.cause_id || '.' || due.days)
    order by due_at limit ${limit}`.execute(db);
  return rows;
}
