import type { KeyRow } from '../../../projections/keys/table.js';
import { freeServices as allFreeServices } from '../../../projections/services/queries.js';
import { memberIdOf } from '../../../projections/team/table.js';
import { isPast } from '../../domain/access/key-access.js';
import type { Lookups } from '../lookups.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type KeyView, type ShownUser, viewOf } from './key-view.js';

/**
 * Rows as a principal may see them, with the names and the times of use that other read models hold.
 * @param asOf the ISO instant the rows are of; absent: now. Names are today's in any case; of uses only the
 *   last is kept, so a key of the past shows it only if it was not used since. Now a key shows those of its
 *   users who are in the team; of the past, all who were assigned to it
 */
export async function showKeys(
  { lookups, readDb, clock }: Parts,
  principal: Principal,
  rows: readonly KeyRow[],
  asOf?: string,
): Promise<KeyView[]> {
  const at = asOf ?? clock.now().toISOString();
  const userIds = distinct(rows.flatMap((row) => row.userIds));
  const [users, resources, services, freeServices, profiles, lastUses] = await Promise.all([
    asOf === undefined ? membersAmong(lookups, principal.teamId, userIds, at) : lookups.users(userIds),
    lookups.resources(distinct(rows.flatMap((row) => row.resourceIds))),
    lookups.services(distinct(rows.flatMap((row) => row.services.map(({ serviceId }) => serviceId)))),
    rows.some(({ tier }) => tier === 'free') ? allFreeServices(readDb, at) : [],
    lookups.profiles(distinct(rows.flatMap((row) => row.biasProfileId ?? []))),
    lookups.lastUses(rows.map((row) => row.id)),
  ]);
  const known = { users, resources, services, freeServices, profiles, lastUses };
  const facts = { principal, at, isOver: asOf !== undefined, ...known };
  return rows.map((row) => viewOf(row, facts));
}

/** Those of some users who are in the team, by user. */
async function membersAmong(
  { members }: Lookups,
  teamId: string,
  userIds: readonly string[],
  at: string,
): Promise<ReadonlyMap<string, ShownUser>> {
  const found = await members(userIds.map((userId) => memberIdOf(teamId, userId)));
  return new Map(
    [...found.values()].flatMap((one) => (isPast(one.until, at) ? [] : [[one.userId, one] as const])),
  );
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
