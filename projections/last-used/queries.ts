import { type Kysely, sql } from 'kysely';

export interface LastUsedDatabase {
  'read.lastUsedSecrets': { secretId: string; keyId: string; lastUsedAt: string; uses: bigint };
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
    .groupBy('keyId')
    .execute();
  return new Map(rows.map(({ keyId, lastUsedAt, uses }) => [keyId, { lastUsedAt, uses: Number(uses) }]));
}
