import { type Kysely, sql } from 'kysely';
import type { ServiceStatus } from '../../src/domain/service/state.js';
import type { ServiceRow } from './table.js';

export interface ServicesDatabase {
  'read.services': ServiceRow;
}

export interface ServiceFilter {
  readonly status?: ServiceStatus;
  readonly limit: number;
  /** The last service of the page before. */
  readonly after?: { readonly registeredAt: string; readonly id: string };
}

/** A page of the catalogue, newest first. One made while someone turns pages neither shifts nor repeats another. */
export async function listServices(
  db: Kysely<ServicesDatabase>,
  { status, limit, after }: ServiceFilter,
): Promise<ServiceRow[]> {
  return db
    .selectFrom('read.services')
    .selectAll()
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? 'active'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(registered_at, id) < (${after?.registeredAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('registeredAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Services in no particular order; ids that nothing has are left out. */
export async function servicesByIds(
  db: Kysely<ServicesDatabase>,
  ids: readonly string[],
): Promise<ServiceRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('read.services').selectAll().where('id', '=', sql<string>`any(${ids})`).execute();
}

/** What free keys have at an ISO instant, the oldest first: all that was free and not retired. */
export async function freeServices(db: Kysely<ServicesDatabase>, at: string): Promise<ServiceRow[]> {
  return db
    .selectFrom('read.services')
    .selectAll()
    .where('free', '=', true)
    .where('registeredAt', '<=', at)
    .where((where) => where.or([where('retiredAt', 'is', null), where('retiredAt', '>', at)]))
    .orderBy('registeredAt')
    .orderBy('id')
    .execute();
}
