import { type Kysely, sql } from 'kysely';
import type { SecretUse } from './table.js';

export interface LastUsedDatabase {
  'read.lastUsedSecrets': Omit<SecretUse, 'uses'> & { readonly uses: bigint };
}

export interface LastUse {
  readonly lastUsedAt: string;
  /** Calls that were allowed. */
  readonly uses: number;
}

/** When keys were last used, whichever of their secrets it was, by key id; a key that never was is absent. */
export async function lastUsed(
  db: Kysely<LastUsedDatabase>,
  keyIds: readonly string[],
): Promise<Map<string, LastUse>> {
  const rows = await db
    .selectFrom('read.lastUsedSecrets')
    .select(['keyId', sql<string>`max(last_used_at)`.as('lastUsedAt'), sql<string>`sum(uses)`.as('uses')])
    .where('keyId', '=', sql<string>`any(${keyIds})`)
    .where('lastUsedAt', 'is not', null)
    .groupBy('keyId')
    .execute();
  return new Map(rows.map(({ keyId, lastUsedAt, uses }) => [keyId, { lastUsedAt, uses: Number(uses) }]));
}

/** What is known of the uses of a key's secrets, in no particular order; one that was never tried is absent. */
export async function usesOfKey(db: Kysely<LastUsedDatabase>, keyId: string): Promise<SecretUse[]> {
  const rows = await db.selectFrom('read.lastUsedSecrets').selectAll().where('keyId', '=', keyId).execute();
  return rows.map((row) => ({ ...row, uses: Number(row.uses) }));
}
