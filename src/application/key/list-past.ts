import { keysMadeIn } from '../../../projections/audit/queries.js';
import {
  asksUses,
  comparePlaces,
  fits,
  type KeyFilters,
  type KeyPlace,
  type KeySort,
  placeOf,
} from '../../../projections/keys/filters.js';
import type { ListedKey } from '../../../projections/keys/queries.js';
import { authorize, visibleKeysOf } from '../authorize.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { cutAt, foldPast, type PastKey } from './past.js';

/** Every key of the team is read from the log again, so there may be so many. */
export const pastKeysMax = 10_000;
/** Streams read at once: enough to keep the log busy, few enough to leave room for others. */
const underWayMax = 16;

export interface PastListing {
  readonly filters: KeyFilters;
  readonly sort: KeySort;
  /** ISO instant. */
  readonly asOf: string;
  readonly limit: number;
  readonly after?: KeyPlace;
}

/** A page of the keys as they were at an instant, told from the log alone, by the fold that keeps the lists. */
export async function listPast(
  parts: Pick<Parts, 'ledger' | 'readDb' | 'lookups'>,
  principal: Principal,
  { filters, sort, asOf, limit, after }: PastListing,
): Promise<Result<readonly ListedKey[]>> {
  if (asksUses(filters, sort)) return refuse('list.uses_have_no_past');
  const { beforeIndex, hadHappened } = await cutAt(parts, asOf);
  const { teamId } = principal;
  const keyIds = await keysMadeIn(parts.readDb, { teamId, beforeIndex, limit: pastKeysMax + 1 });
  if (keyIds.length > pastKeysMax) return refuse('list.too_many_keys', 'asOf');
  const isVisible = visibilityOf(principal);
  const rows: ListedKey[] = [];
  for (let start = 0; start < keyIds.length; start += underWayMax) {
    const some = keyIds.slice(start, start + underWayMax);
    for (const past of await Promise.all(some.map((keyId) => foldPast(parts, keyId, hadHappened)))) {
      const { then } = past;
      if (then && isVisible(past) && fits(then, filters, asOf)) {
        rows.push({ ...then, place: placeOf(then, sort) });
      }
    }
  }
  return done(
    rows
      .filter(({ place }) => after === undefined || comparePlaces(place, after, sort) > 0)
      .sort((a, b) => comparePlaces(a.place, b.place, sort))
      .slice(0, limit),
  );
}

/** Rights are those of today; keys that were deleted since are for those who may read the audit. */
function visibilityOf(principal: Principal): (past: Pick<PastKey, 'now'>) => boolean {
  const { projectId, userId } = visibleKeysOf(principal);
  const seesDeleted = authorize(principal, 'audit.read') === 'allowed';
  return ({ now }) => {
    if (!now) return seesDeleted;
    const isInProject = projectId === undefined || now.projectId === projectId;
    return isInProject && (userId === undefined || now.userIds.includes(userId));
  };
}
