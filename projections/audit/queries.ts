import { type Kysely, sql } from 'kysely';
import type { AuditRow } from './table.js';

export interface AuditDatabase {
  'read.audit': Omit<AuditRow, 'index'> & { readonly index: bigint };
}

/** All given parts must hold. */
export interface AuditFilter {
  readonly teamId: string;
  readonly keyId?: string;
  /** Events of any of these keys; an empty list: of none. */
  readonly keyIds?: readonly string[];
  readonly actorId?: string;
  readonly type?: string;
  /** ISO instant, inclusive. */
  readonly from?: string;
  /** ISO instant, exclusive. */
  readonly to?: string;
  /** The `index` of the last entry of the page before. */
  readonly afterIndex?: number;
  readonly limit: number;
}

/** A page of the log's index, oldest first. What happened is read from the log, by stream and revision. */
export async function auditPage(db: Kysely<AuditDatabase>, filter: AuditFilter): Promise<AuditRow[]> {
  const { teamId, keyId, keyIds, actorId, type, from, to, afterIndex, limit } = filter;
  const rows = await db
    .selectFrom('read.audit')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(keyId !== undefined, (query) => query.where('keyId', '=', keyId ?? ''))
    .$if(keyIds !== undefined, (query) => query.where('keyId', '=', sql<string>`any(${keyIds})`))
    .$if(actorId !== undefined, (query) => query.where('actorId', '=', actorId ?? ''))
    .$if(type !== undefined, (query) => query.where(sql<boolean>`type = ${type}`))
    .$if(from !== undefined, (query) => query.where('recordedAt', '>=', from ?? ''))
    .$if(to !== undefined, (query) => query.where('recordedAt', '<', to ?? ''))
    .$if(afterIndex !== undefined, (query) => query.where('index', '>', BigInt(afterIndex ?? 0)))
    .orderBy('index')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
}
