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
