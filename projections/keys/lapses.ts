import { type Kysely, sql } from 'kysely';
import { type KeyRow, untoldExpiry } from './table.js';

export type LapsedKey = Pick<KeyRow, 'id' | 'teamId'>;

/**
 * Keys of which the log does not tell yet what time did: their expiry has passed, or the grace of the secret
 * before the present one is over. In any order, each once; of revoked keys there is nothing to tell.
 * @param at ISO instant
 */
export function lapsedKeys(
  db: Kysely<unknown>,
  { at, limit }: { readonly at: string; readonly limit: number },
): Promise<readonly LapsedKey[]> {
  // Two queries, each answered by an index of its own.
  return sql<LapsedKey>`
    (select id, team_id as "teamId" from read.keys
     where ${sql.raw(untoldExpiry)} <= ${at} limit ${limit})
    union
    (select id, team_id as "teamId" from read.keys
     where revoked_at is null and previous_secret_valid_until <= ${at} limit ${limit})
    limit ${limit}`
    .execute(db)
    .then(({ rows }) => rows);
}
