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

/** Where an event stands in the log. */
export type FirstAfter = Pick<AuditRow, 'position' | 'index'>;

/**
 * The first event of the whole log that was recorded after an instant; undefined when there is none yet.
 * Clocks of processes differ, so it need not be the one with the earliest time: it is looked for among those
 * of the minute that follows. Nothing later can stand before them, for no process writes whose clock is more
 * than seconds wrong.
 */
export async function firstRecordedAfter(
  db: Kysely<AuditDatabase>,
  at: string,
): Promise<FirstAfter | undefined> {
  const { rows } = await sql<{ position: string; index: bigint }>`
    select position, index from read.audit
    where recorded_at > ${at} and recorded_at <= (
      select min(recorded_at) + interval '1 minute' from read.audit where recorded_at > ${at}
    )
    order by index limit 1`.execute(db);
  const first = rows[0];
  return first && { ...first, index: Number(first.index) };
}

/**
 * The keys that were made in a team, deleted ones too, in the order of their making.
 * @param beforeIndex only those whose making stands before this place in the log
 */
export async function keysMadeIn(
  db: Kysely<AuditDatabase>,
  { teamId, beforeIndex, limit }: { teamId: string; beforeIndex: number | undefined; limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('read.audit')
    .select('keyId')
    .where('teamId', '=', teamId)
    .where(sql<boolean>`type = 'KeyCreated'`)
    .$if(beforeIndex !== undefined, (query) => query.where('index', '<', BigInt(beforeIndex ?? 0)))
    .orderBy('index')
    .limit(limit)
    .execute();
  return rows.flatMap(({ keyId }) => keyId ?? []);
}
