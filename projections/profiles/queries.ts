import { type Kysely, sql } from 'kysely';
import type { ProfileStatus } from '../../src/domain/profile/state.js';
import type { ProfileRow } from './table.js';

export interface ProfilesDatabase {
  'read.profiles': ProfileRow;
}

export interface ProfileFilter {
  readonly teamId: string;
  readonly status?: ProfileStatus;
  readonly limit: number;
  /** The last profile of the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string };
}

/** A page of bias profiles, newest first. One made while someone turns pages neither shifts nor repeats another. */
export async function listProfiles(
  db: Kysely<ProfilesDatabase>,
  { teamId, status, limit, after }: ProfileFilter,
): Promise<ProfileRow[]> {
  return db
    .selectFrom('read.profiles')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'active'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Bias profiles in no particular order; ids that nothing has are left out. */
export async function profilesByIds(
  db: Kysely<ProfilesDatabase>,
  ids: readonly string[],
): Promise<ProfileRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('read.profiles').selectAll().where('id', '=', sql<string>`any(${ids})`).execute();
}
