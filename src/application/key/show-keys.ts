import type { KeyRow } from '../../../projections/keys/table.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type KeyView, viewOf } from './key-view.js';

/**
 * Rows as a principal may see them, with the names and the times of use that other read models hold.
 * @param asOf the ISO instant the rows are of; absent: now. Names are today's in any case; of uses only the
 *   last is kept, so a key of the past shows it only if it was not used since
 */
export async function showKeys(
  { lookups, clock }: Parts,
  principal: Principal,
  rows: readonly KeyRow[],
  asOf?: string,
): Promise<KeyView[]> {
  const [users, resources, profiles, lastUses] = await Promise.all([
    lookups.users(distinct(rows.flatMap((row) => row.userIds))),
    lookups.resources(distinct(rows.flatMap((row) => row.resourceIds))),
    lookups.profiles(distinct(rows.flatMap((row) => row.biasProfileId ?? []))),
    lookups.lastUses(rows.map((row) => row.id)),
  ]);
  const at = asOf ?? clock.now().toISOString();
  const facts = { principal, at, isOver: asOf !== undefined, users, resources, profiles, lastUses };
  return rows.map((row) => viewOf(row, facts));
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
