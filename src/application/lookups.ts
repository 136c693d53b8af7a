import type { Kysely } from 'kysely';
import { type AuditDatabase, type FirstAfter, firstRecordedAfter } from '../../projections/audit/queries.js';
import { type LastUse, type LastUsedDatabase, lastUsed } from '../../projections/last-used/queries.js';
import { type ProfilesDatabase, profilesByIds } from '../../projections/profiles/queries.js';
import type { ProfileRow } from '../../projections/profiles/table.js';
import { type ResourcesDatabase, resourcesByIds } from '../../projections/resources/queries.js';
import type { ResourceRow } from '../../projections/resources/table.js';
import { type ServicesDatabase, servicesByIds } from '../../projections/services/queries.js';
import type { ServiceRow } from '../../projections/services/table.js';
import {
  membersByIds,
  type NamedMember,
  type TeamDatabase,
  usersByIds,
} from '../../projections/team/queries.js';
import type { UserRow } from '../../projections/team/table.js';
import { askTogether } from '../platform/ask-together.js';

/** Finds things by their ids, each as it is when it is asked for; ids that nothing has are absent. */
export type Lookup<T> = (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>;

/** What is shown with keys and stands in other read models. */
export interface Lookups {
  readonly users: Lookup<UserRow>;
  /** By the id that `memberIdOf` makes. */
  readonly members: Lookup<NamedMember>;
  readonly resources: Lookup<ResourceRow>;
  readonly profiles: Lookup<ProfileRow>;
  readonly services: Lookup<ServiceRow>;
  /** By the id of the key. */
  readonly lastUses: Lookup<LastUse>;
  /** By the ISO instant: the first event that was recorded later. */
  readonly firstAfter: Lookup<FirstAfter>;
}

type LookupDatabase = TeamDatabase &
  ResourcesDatabase &
  ProfilesDatabase &
  ServicesDatabase &
  LastUsedDatabase &
  AuditDatabase;

const idsMaxCount = 1_000;

/** Each with one query for all who ask in the same turn of the event loop: answers come in crowds. */
export function createLookups(db: Kysely<LookupDatabase>): Lookups {
  return {
    users: together(async (ids) => byId(await usersByIds(db, ids))),
    members: together(async (ids) => {
      const found = await membersByIds(db, ids);
      return new Map(found.map((member) => [member.memberId, member]));
    }),
    resources: together(async (ids) => byId(await resourcesByIds(db, ids))),
    profiles: together(async (ids) => byId(await profilesByIds(db, ids))),
    services: together(async (ids) => byId(await servicesByIds(db, ids))),
    lastUses: together((ids) => lastUsed(db, ids)),
    firstAfter: together((instants) => firstAfterEach(db, instants)),
  };
}

function together<T>(find: Lookup<T>): Lookup<T> {
  const findOne = askTogether(async (ids: readonly string[]) => {
    const found = await find([...new Set(ids)]);
    return ids.map((id) => found.get(id));
  }, idsMaxCount);
  return async (ids) => {
    const found = await Promise.all(ids.map(async (id) => [id, await findOne(id)] as const));
    return new Map(found.flatMap(([id, one]) => (one === undefined ? [] : [[id, one] as const])));
  };
}

async function firstAfterEach(
  db: Kysely<AuditDatabase>,
  instants: readonly string[],
): Promise<Map<string, FirstAfter>> {
  const found = await Promise.all(
    instants.map(async (at) => [at, await firstRecordedAfter(db, at)] as const),
  );
  return new Map(found.flatMap(([at, first]) => (first ? [[at, first] as const] : [])));
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}
