import { type Kysely, sql } from 'kysely';
import type { ResourceStatus } from '../../src/domain/resource/state.js';
import type { ResourceRow } from './table.js';

export interface ResourcesDatabase {
  'read.resources': ResourceRow;
}

export interface ResourceFilter {
  readonly teamId: string;
  readonly status?: ResourceStatus;
  readonly limit: number;
  /** The last resource of the page before. */
  readonly after?: { readonly registeredAt: string; readonly id: string };
}

/** A page of resources, newest first. One made while someone turns pages neither shifts nor repeats another. */
export async function listResources(
  db: Kysely<ResourcesDatabase>,
  { teamId, status, limit, after }: ResourceFilter,
): Promise<ResourceRow[]> {
  return db
    .selectFrom('read.resources')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'active'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(registered_at, id) < (${after?.registeredAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('registeredAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Resources in no particular order; ids that nothing has are left out. */
export async function resourcesByIds(
  db: Kysely<ResourcesDatabase>,
  ids: readonly string[],
): Promise<ResourceRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('read.resources').selectAll().where('id', '=', sql<string>`any(${ids})`).execute();
}
