import { type Kysely, sql } from 'kysely';

export interface LastUsedDatabase {
  'read.lastUsedKeys': { keyId: string; lastUsedAt: string; uses: bigint };
}

export interface LastUse {
  readonly lastUsedAt: string;
  /** Calls that were allowed. */
  readonly uses: number;
}

/** When keys were last used, by key id; a key that never was is absent. */
export async function lastUsed(
  db: Kysely<LastUsedDatabase>,
  keyIds: readonly string[],
): Promise<Map<string, LastUse>> {
  const rows = await db
    .selectFrom('read.lastUsedKeys')
    .selectAll()
    .where('keyId', '=', sql<string>`any(${keyIds})`)
    .execute();
  return new Map(rows.map(({ keyId, lastUsedAt, uses }) => [keyId, { lastUsedAt, uses: Number(uses) }]));
}
