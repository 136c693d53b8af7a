import { type RawBuilder, sql } from 'kysely';
import type { KeyStatus } from '../../src/domain/key/status.js';
import {
  fieldOf,
  indexedFields,
  type KeyFilters,
  type KeySort,
  never,
  notYet,
  type ServiceFilter,
  type SortField,
  scannedFields,
} from './filters.js';
import { type LinkKind, listOf } from './links.js';
import type { KeyListing } from './listing.js';
import { recordedStatus, untoldExpiry } from './table.js';

export type Condition = RawBuilder<unknown>;

/** The lists of links that a key must stand in, each once. */
export function listsOf({ teamId, visible, filters }: KeyListing): string[] {
  const { userId, resourceId, label } = filters;
  const asked: readonly [LinkKind, string | undefined][] = [
    ['user', visible?.userId],
    ['user', userId],
    ['resource', resourceId],
    ['label', label],
  ];
  const lists = asked.flatMap(([kind, value]) => (value === undefined ? [] : [listOf(teamId, kind, value)]));
  return [...new Set(lists)];
}

/** Filters of a value that stands in the key's row and has an index in the order of lists. */
export function equalConditions({ visible, filters }: KeyListing): Condition[] {
  const inProject = visible?.projectId;
  return [
    ...equals(filters, indexedFields),
    ...(inProject === undefined ? [] : [sql`project_id = ${inProject}`]),
  ];
}

/** The same as `listsOf`, said of a key's row. No index answers these. */
export function linkConditions({ visible, filters }: KeyListing): Condition[] {
  const { userId, resourceId, label } = filters;
  const ofUser = visible?.userId;
  return [
    ...[ofUser, userId].flatMap((id) => (id === undefined ? [] : [sql`user_ids @> array[${id}::text]`])),
    ...(resourceId === undefined ? [] : [sql`resource_ids @> array[${resourceId}::text]`]),
    ...(label === undefined ? [] : [sql`labels @> array[${label}::text]`]),
  ];
}

/** @param createdAt the column that tells it */
export function timeConditions({ filters }: KeyListing, createdAt: Condition): Condition[] {
  const { createdAfter, createdBefore } = filters;
  return [
    ...(createdAfter === undefined ? [] : [sql`${createdAt} >= ${createdAfter}`]),
    ...(createdBefore === undefined ? [] : [sql`${createdAt} < ${createdBefore}`]),
  ];
}

/** What is said of the name. */
export function nameConditions({ filters: { q } }: KeyListing): Condition[] {
  return q === undefined ? [] : [sql`name ilike ${`%${literal(q)}%`}`];
}

/** What no index answers; `used` is a key's last use, where a list asks about uses. */
export function scannedConditions({ filters }: KeyListing): Condition[] {
  const { scope, service, expiresBefore, lastUsedBefore, neverUsed } = filters;
  return [
    ...equals(filters, scannedFields),
    ...(scope === undefined ? [] : [sql`scopes @> array[${scope}::text]`]),
    ...(service === undefined ? [] : [serviceCondition(service)]),
    ...(expiresBefore === undefined ? [] : [sql`expires_at < ${expiresBefore}`]),
    ...(lastUsedBefore === undefined ? [] : [sql`used.last_used_at < ${lastUsedBefore}`]),
    ...(neverUsed === undefined ? [] : [sql`(used.last_used_at is null) = ${neverUsed}`]),
  ];
}

function serviceCondition({ id, isOnFreeKeys }: ServiceFilter): Condition {
  const isEnabled = sql`services @> ${JSON.stringify([{ serviceId: id }])}::jsonb`;
  return isOnFreeKeys ? anyOf([sql`tier = 'free'`, isEnabled]) : isEnabled;
}

function equals(filters: KeyFilters, fields: readonly (keyof KeyFilters)[]): Condition[] {
  return fields.flatMap((field) =>
    filters[field] === undefined ? [] : [sql`${sql.ref(field)} = ${filters[field]}`],
  );
}

/** What `keyStatus` says of a row, for the database to choose by; any of them holds, never two at once. */
export function statusBranches(status: KeyStatus | undefined, at: string): Condition[] {
  const inLog = (recorded: KeyStatus) => sql`${sql.raw(recordedStatus)} = ${sql.lit(recorded)}`;
  const hasTime = sql`(expires_at is null or expires_at > ${at})`;
  switch (status) {
    case undefined:
      return [sql`true`];
    case 'REVOKED':
      return [inLog('REVOKED')];
    case 'EXPIRED':
      // The log tells of an expiry somewhat later than it takes effect: few have not been told of yet.
      return [inLog('EXPIRED'), sql`${sql.raw(untoldExpiry)} <= ${at}`];
    case 'INACTIVE':
    case 'ACTIVE':
      return [sql`${inLog(status)} and ${hasTime}`];
  }
}

/** What a list is sorted by. Written as in the indexes, or they would not be used. */
export function placeOf(field: SortField): Condition {
  switch (field) {
    case 'createdAt':
      return sql`created_at`;
    case 'name':
      return sql`name collate "C"`;
    case 'expiresAt':
      return sql`coalesce(expires_at, ${sql.lit(never)}::timestamptz)`;
    case 'lastUsedAt':
      return sql`coalesce(used.last_used_at, ${sql.lit(notYet)}::timestamptz)`;
  }
}

/** The keys after the page before; none before the first. */
export function afterConditions({ after, sort }: KeyListing, { place, id }: Order): Condition[] {
  if (!after) return [];
  const value = fieldOf(sort) === 'name' ? sql`${after.value}::text` : sql`${after.value}::timestamptz`;
  return [sql`(${place}, ${id}) ${sql.raw(isDescending(sort) ? '<' : '>')} (${value}, ${after.id})`];
}

/** What a list is ordered by: the place of a key, and its id. */
export interface Order {
  readonly place: Condition;
  readonly id: Condition;
}

export function orderBy({ sort }: KeyListing, { place, id }: Order): Condition {
  const direction = sql.raw(isDescending(sort) ? 'desc' : 'asc');
  return sql`order by ${place} ${direction}, ${id} ${direction}`;
}

function isDescending(sort: KeySort): boolean {
  return sort.startsWith('-');
}

export function allOf(conditions: readonly Condition[]): Condition {
  return sql.join(conditions, sql` and `);
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return sql`(${sql.join(conditions, sql` or `)})`;
}

/** As it stands, not as a pattern. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
