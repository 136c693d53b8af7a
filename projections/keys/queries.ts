import { type Kysely, sql } from 'kysely';
import type { KeyStatus } from '../../src/domain/key/status.js';
import type { KeyRow } from './table.js';

export interface KeysDatabase {
  'read.keys': KeyRow;
}

export interface KeyFilter {
  readonly teamId: string;
  readonly projectId?: string;
  readonly status?: KeyStatus;
  /** ISO instant for which a status is asked. */
  readonly at: string;
  /** Only keys this user is assigned to. */
  readonly userId?: string;
  readonly limit: number;
  /** The last key of the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string };
}

export async function findKey(db: Kysely<KeysDatabase>, id: string): Promise<KeyRow | undefined> {
  return db.selectFrom('read.keys').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A page of keys, newest first. A key made while someone turns pages neither shifts nor repeats another. */
export async function listKeys(db: Kysely<KeysDatabase>, filter: KeyFilter): Promise<KeyRow[]> {
  const { teamId, projectId, status, at, userId, limit, after } = filter;
  return db
    .selectFrom('read.keys')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(projectId !== undefined, (query) => query.where('projectId', '=', projectId ?? ''))
    .$if(status !== undefined, (query) => query.where(hasStatus(status ?? 'ACTIVE', at)))
    .$if(userId !== undefined, (query) => query.where(sql<boolean>`user_ids @> array[${userId}::text]`))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** What `keyStatus` says of a row, for the database to choose by. */
function hasStatus(status: KeyStatus, at: string) {
  switch (status) {
    case 'REVOKED':
      return sql<boolean>`revoked_at is not null`;
    case 'EXPIRED':
      return sql<boolean>`revoked_at is null and expires_at <= ${at}`;
    case 'ACTIVE':
      return sql<boolean>`revoked_at is null and not is_disabled and (expires_at is null or expires_at > ${at})`;
    case 'INACTIVE':
      return sql<boolean>`revoked_at is null and is_disabled and (expires_at is null or expires_at > ${at})`;
  }
}
