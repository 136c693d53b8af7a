import type { KeyRow } from '../../../projections/keys/table.js';
import { lastUsed } from '../../../projections/last-used/queries.js';
import { usersByIds } from '../../../projections/team/queries.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type KeyView, viewOf } from './key-view.js';

/** Rows as a principal may see them, with the names of users and the times of use that other read models hold. */
export async function showKeys(
  { readDb, clock }: Parts,
  principal: Principal,
  rows: readonly KeyRow[],
): Promise<KeyView[]> {
  const [users, uses] = await Promise.all([
    usersByIds(readDb, [...new Set(rows.flatMap((row) => row.userIds))]),
    lastUsed(
      readDb,
      rows.map((row) => row.id),
    ),
  ]);
  const facts = {
    principal,
    at: clock.now().toISOString(),
    users: new Map(users.map((user) => [user.id, user])),
    lastUsedAt: new Map([...uses].map(([keyId, use]) => [keyId, use.lastUsedAt])),
  };
  return rows.map((row) => viewOf(row, facts));
}
