import type { KeyRole, KeyType, Scope, Tier } from '../../src/domain/key/events.js';
import { type KeyStatus, keyStatus } from '../../src/domain/key/status.js';
import type { KeyRow } from './table.js';

/** Filters that an index answers, however many keys a team has. All that are given must hold. */
export interface IndexedFilters {
  readonly projectId?: string;
  readonly status?: KeyStatus;
  readonly type?: KeyType;
  readonly environment?: string;
  /** A user assigned to the key. */
  readonly userId?: string;
  readonly resourceId?: string;
  readonly externalId?: string;
  readonly label?: string;
  /** Part of the name in any case, at least three characters: fewer have no trigram to look up. */
  readonly q?: string;
  /** ISO instants: made at or after the one, before the other. */
  readonly createdAfter?: string;
  readonly createdBefore?: string;
}

/** A service among those of a key; what free keys have follows from the catalogue, not from the keys. */
export interface ServiceFilter {
  readonly id: string;
  readonly isOnFreeKeys: boolean;
}

/** Filters that look at every key the indexed ones leave. */
export interface ScanningFilters {
  readonly tier?: Tier;
  readonly department?: string;
  /** Personal. */
  readonly requestor?: string;
  readonly appId?: string;
  readonly scope?: Scope;
  readonly role?: KeyRole;
  readonly biasProfileId?: string;
  readonly service?: ServiceFilter;
  /** ISO instant, exclusive; a key that never expires is not among them. */
  readonly expiresBefore?: string;
}

/** Filters by uses, which stand in a read model of their own. */
export interface UseFilters {
  /** ISO instant, exclusive; a key that was never used is not among them. */
  readonly lastUsedBefore?: string;
  readonly neverUsed?: boolean;
}

export interface KeyFilters extends IndexedFilters, ScanningFilters, UseFilters {}

/** A minus is descending. Names are ordered by their characters' numbers, so the same everywhere. */
export const keySorts = [
  '-createdAt',
  'createdAt',
  'name',
  '-name',
  'expiresAt',
  '-expiresAt',
  'lastUsedAt',
  '-lastUsedAt',
] as const;
export type KeySort = (typeof keySorts)[number];

/** What a sort looks at, without its direction. */
export type SortField = 'createdAt' | 'name' | 'expiresAt' | 'lastUsedAt';

export function fieldOf(sort: KeySort): SortField {
  return (sort.startsWith('-') ? sort.slice(1) : sort) as SortField;
}

/** The last key of a page: what it is sorted by, and its id, which tells those apart that are alike. */
export interface KeyPlace {
  readonly value: string;
  readonly id: string;
}

/** Where keys stand that never expire: after all others. */
export const never = '9999-12-31T23:59:59.999Z';
/** Where keys stand that were never used: before all others. */
export const notYet = '1970-01-01T00:00:00.000Z';

/** Whether a list asks about uses. */
export function asksUses({ lastUsedBefore, neverUsed }: UseFilters, sort: KeySort): boolean {
  return lastUsedBefore !== undefined || neverUsed !== undefined || fieldOf(sort) === 'lastUsedAt';
}

/** Filters that ask for one value of a field of the same name: first those with an index. */
export const indexedFields = [
  'projectId',
  'type',
  'environment',
  'externalId',
] as const satisfies Same<IndexedFilters>;
export const scannedFields = [
  'tier',
  'department',
  'requestor',
  'appId',
  'role',
  'biasProfileId',
] as const satisfies Same<ScanningFilters>;
const equalFields = [...indexedFields, ...scannedFields];

type Same<Filters> = readonly (keyof Filters & keyof KeyRow)[];

/** Whether a list must look at every key that its indexed filters leave. */
export function mustScan(filters: KeyFilters, sort: KeySort): boolean {
  const field = fieldOf(sort);
  const isBetween = filters.createdAfter !== undefined || filters.createdBefore !== undefined;
  return (
    asksUses(filters, sort) ||
    field === 'expiresAt' ||
    (field === 'name' && (isBetween || filters.q !== undefined)) ||
    [...scannedFields, 'scope' as const, 'service' as const, 'expiresBefore' as const].some(
      (name) => filters[name] !== undefined,
    )
  );
}

type RowFilters = IndexedFilters & ScanningFilters;

/** What the filters say of one key at an instant; those by uses are not asked. */
export function fits(row: KeyRow, filters: RowFilters, at: string): boolean {
  const { status, userId, resourceId, label, q, createdAfter, createdBefore } = filters;
  const { scope, service, expiresBefore } = filters;
  return (
    equalFields.every((field) => filters[field] === undefined || filters[field] === row[field]) &&
    (status === undefined || keyStatus(row, at) === status) &&
    (userId === undefined || row.userIds.includes(userId)) &&
    (resourceId === undefined || row.resourceIds.includes(resourceId)) &&
    (label === undefined || row.labels.includes(label)) &&
    (q === undefined || row.name.toLowerCase().includes(q.toLowerCase())) &&
    (createdAfter === undefined || row.createdAt >= createdAfter) &&
    (createdBefore === undefined || row.createdAt < createdBefore) &&
    (scope === undefined || row.scopes.includes(scope)) &&
    (service === undefined || hasService(row, service)) &&
    (expiresBefore === undefined || (row.expiresAt !== null && row.expiresAt < expiresBefore))
  );
}

function hasService({ tier, services }: KeyRow, { id, isOnFreeKeys }: ServiceFilter): boolean {
  return (isOnFreeKeys && tier === 'free') || services.some(({ serviceId }) => serviceId === id);
}

/** Where a key stands in a list that is not sorted by uses. */
export function placeOf(row: KeyRow, sort: KeySort): KeyPlace {
  const field = fieldOf(sort);
  const value =
    field === 'name' ? row.name : field === 'expiresAt' ? (row.expiresAt ?? never) : row.createdAt;
  return { value, id: row.id };
}

/** As for `Array.prototype.sort`, in the order of a list. */
export function comparePlaces(a: KeyPlace, b: KeyPlace, sort: KeySort): number {
  const order = compareTexts(a.value, b.value) || compareTexts(a.id, b.id);
  return sort.startsWith('-') ? -order : order;
}

/** By code points, as Postgres compares the bytes of UTF-8; JavaScript's own order is that of UTF-16 units. */
function compareTexts(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const first = left.findIndex((character, index) => character !== right[index]);
  if (first === -1) return left.length - right.length;
  return (left[first]?.codePointAt(0) ?? 0) - (right[first]?.codePointAt(0) ?? -1);
}
