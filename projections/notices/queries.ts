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

/** A key that has had its secret for as long as its team lets it. */
export interface DueRotation {
  readonly keyId: string;
  readonly teamId: string;
  /** Counts the secrets the key has had. */
  readonly secretVersion: number;
  /** Of the team. */
  readonly everyDays: number;
}

/**
 * Keys that are due for a new secret and of which that was not told since they got the present one. It looks at every
 * old key of teams with such a rule, so it is not for every second.
 */
export async function dueRotations(
  db: Kysely<unknown>,
  { at, limit, except }: NoticeFilter,
): Promise<readonly DueRotation[]> {
  const { rows } = await sql<DueRotation>`
    select key.id as "keyId", key.team_id as "teamId", secret_version as "secretVersion", every_days as "everyDays"
    from read.rotation_rules as rule
    join read.keys as key on key.team_id = rule.team_id
      and key.created_at <= ${at}::timestamptz - every_days * interval '24 hours'
    left join read.rotation_notices as told on told.key_id = key.id
    where coalesce(rotated_at, key.created_at) <= ${at}::timestamptz - every_days * interval '24 hours'
      and (told_at is null or told_at <= coalesce(rotated_at, key.created_at))
      and revoked_at is null and (expires_at is null or expires_at > ${at})
      and key.id || '.' || secret_version <> all(${except})
      and not exists (select from mails.settled where settled.id = key.id || '.' || secret_version)
    limit ${limit}`.execute(db);
  return rows;
}
