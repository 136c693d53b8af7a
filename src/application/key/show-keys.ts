import type { KeyRow } from '../../../projections/keys/table.js';
import { lastUsed } from '../../../projections/last-used/queries.js';
import { profilesByIds } from '../../../projections/profiles/queries.js';
import { resourcesByIds } from '../../../projections/resources/queries.js';
import { usersByIds } from '../../../projections/team/queries.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type KeyView, viewOf } from './key-view.js';

/**
 * Rows as a principal may see them, with the names and the times of use that other read models hold.
 * @param asOf the ISO instant the rows are of; absent: now. Names are today's in any case; of uses only the
 *   last is kept, so a key of the past shows it only if it was not used since
 */
export async function showKeys(
  { readDb, clock }: Parts,
  principal: Principal,
  rows: readonly KeyRow[],
  asOf?: string,
): Promise<KeyView[]> {
  const at = asOf ?? clock.now().toISOString();
  const [users, resources, profiles, uses] = await Promise.all([
    usersByIds(readDb, distinct(rows.flatMap((row) => row.userIds))),
    resourcesByIds(readDb, distinct(rows.flatMap((row) => row.resourceIds))),
    profilesByIds(readDb, distinct(rows.flatMap((row) => row.biasProfileId ?? []))),
    lastUsed(
      readDb,
      rows.map((row) => row.id),
    ),
  ]);
  const facts = {
    principal,
    at,
    users: new Map(users.map((user) => [user.id, user])),
    resources: new Map(
      resources.map(({ id, name, model, resourceType, status }) => [
        id,
        { id, name, model, resourceType, status },
      ]),
    ),
    profiles: new Map(profiles.map(({ id, name }) => [id, { id, name }])),
    lastUsedAt: new Map(
      [...uses].flatMap(([keyId, { lastUsedAt }]) =>
        asOf === undefined || lastUsedAt <= asOf ? [[keyId, lastUsedAt]] : [],
      ),
    ),
  };
  return rows.map((row) => viewOf(row, facts));
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
