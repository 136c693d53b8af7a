import type { Kysely } from 'kysely';
import { platformId } from '../../src/domain/platform.js';
import type { KeysDatabase } from './queries.js';
import type { KeyRow } from './table.js';

/** The keys of operators, newest first: they are few. */
export async function operatorKeyRows(db: Kysely<unknown>): Promise<KeyRow[]> {
  return (db as Kysely<KeysDatabase>)
    .selectFrom('read.keys')
    .selectAll()
    .where('teamId', '=', platformId)
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}
