import { type RawBuilder, sql } from 'kysely';
import {
  afterConditions,
  allOf,
  anyOf,
  type Condition,
  equalConditions,
  linkConditions,
  nameConditions,
  type Order,
  orderBy,
  placeOf,
  scannedConditions,
  statusBranches,
  timeConditions,
} from './conditions.js';
import { asksUses, fieldOf } from './filters.js';
import type { KeyListing } from './listing.js';
import type { KeyRow } from './table.js';

/** A key, with what its list is sorted by. */
export type PlacedRow = KeyRow & { readonly place: string };

/** Of the rows that a selection below gives. */
const placed: Order = { place: sql`place`, id: sql`id` };

/** Walks through the keys of the team in order until a page is full: each branch by an index of its own. */
export function walk(listing: KeyListing): RawBuilder<PlacedRow> {
  return walked(listing, nameConditions(listing), listing.limit);
}

/** As above, but reads the names of so many keys at most: all there is before the last of them. */
export function walkSome(listing: KeyListing, max: number): RawBuilder<PlacedRow> {
  return sql<PlacedRow>`
    select * from (${walked(listing, [], max)}) as seen where ${allOf(nameConditions(listing))}
    ${orderBy(listing, placed)} limit ${listing.limit}`;
}

function walked(listing: KeyListing, others: readonly Condition[], limit: number): RawBuilder<PlacedRow> {
  const order: Order = { place: placeOf(fieldOf(listing.sort)), id: sql`id` };
  const branches = statusBranches(listing.filters.status, listing.at).map(
    (status) => sql`(${selection(listing, [status, ...others])} ${orderBy(listing, order)} limit ${limit})`,
  );
  return sql<PlacedRow>`select * from (${sql.join(branches, sql` union all `)}) as walked
    ${orderBy(listing, placed)} limit ${limit}`;
}

/**
 * Fetches what is found, to sort it: for the index of parts of names, which has no order. Left to Postgres,
 * which knows little of what that finds, it would often walk through the whole team instead.
 * @param max so many keys are fetched at most; `found` tells how many there were
 */
export function gather(listing: KeyListing, max: number): RawBuilder<PlacedRow & { readonly found: bigint }> {
  const conditions = [anyOf(statusBranches(listing.filters.status, listing.at)), ...nameConditions(listing)];
  return sql<PlacedRow & { readonly found: bigint }>`
    select *, count(*) over () as found from (
      ${selection(listing, conditions)} limit ${max}
    ) as gathered
    ${orderBy(listing, placed)} limit ${listing.limit}`;
}

/** The keys of a team that come after the page before, each with its place. */
function selection(listing: KeyListing, others: readonly Condition[]): Condition {
  const place = placeOf(fieldOf(listing.sort));
  const conditions = [
    sql`team_id = ${listing.teamId}`,
    ...equalConditions(listing),
    ...linkConditions(listing),
    ...timeConditions(listing, sql`created_at`),
    ...scannedConditions(listing),
    ...others,
    ...afterConditions(listing, { place, id: sql`id` }),
  ];
  return sql`select keys.*, ${place} as place from read.keys ${lastUses(listing)} where ${allOf(conditions)}`;
}

function lastUses({ filters, sort }: KeyListing): Condition {
  if (!asksUses(filters, sort)) return sql``;
  return sql`left join lateral (
    select max(last_used_at) as last_used_at from read.last_used_secrets where key_id = keys.id
  ) used on true`;
}

/**
 * Follows the links of a list to their keys until a page is full.
 * @param max so many links are followed at most, the first ones where links have the order of the list
 */
export function follow(listing: KeyListing, list: string, max?: number): RawBuilder<PlacedRow> {
  const order = linkOrder(listing);
  const conditions = [
    ...equalConditions(listing),
    ...linkConditions(listing),
    ...scannedConditions(listing),
    ...nameConditions(listing),
    anyOf(statusBranches(listing.filters.status, listing.at)),
    ...afterConditions(listing, order),
  ];
  return sql<PlacedRow>`
    select keys.*, ${order.place} as place from (${links(listing, list, max)}) as link
    join read.keys on keys.id = key_id ${lastUses(listing)}
    where ${allOf(conditions)} ${orderBy(listing, order)} limit ${listing.limit}`;
}

/** How many links `follow` would look at. */
export function countFollowed(
  listing: KeyListing,
  list: string,
  max: number,
): RawBuilder<{ readonly count: bigint }> {
  return sql`select count(*) as count from (${links(listing, list, max)}) as link`;
}

function links(listing: KeyListing, list: string, max: number | undefined): Condition {
  const conditions = [sql`list = ${list}`, ...timeConditions(listing, sql`key_created_at`)];
  if (max === undefined) return sql`select * from read.key_links where ${allOf(conditions)}`;
  const order = linkOrder(listing);
  const inOrder = isOrderedByLinks(listing)
    ? sql`${allOf([...conditions, ...afterConditions(listing, order)])} ${orderBy(listing, order)}`
    : allOf(conditions);
  return sql`select * from read.key_links where ${inOrder} limit ${max}`;
}

/** Whether links stand in the order that is asked for. */
export function isOrderedByLinks({ sort }: KeyListing): boolean {
  return fieldOf(sort) === 'createdAt' || fieldOf(sort) === 'name';
}

function linkOrder({ sort }: KeyListing): Order {
  const field = fieldOf(sort);
  const id = sql`key_id`;
  if (field === 'createdAt') return { place: sql`key_created_at`, id };
  if (field === 'name') return { place: sql`key_name`, id };
  return { place: placeOf(field), id };
}

/** Which of some lists has the fewest links; of those that have `max` or more, any. */
export function shortest(lists: readonly string[], max: number): RawBuilder<{ readonly list: string }> {
  return sql<{ readonly list: string }>`
    select asked.list from unnest(array[${sql.join(lists)}]::text[]) as asked(list), lateral (
      select count(*) as length from (
        select from read.key_links where list = asked.list limit ${max}
      ) as link
    ) as counted
    order by length limit 1`;
}

/** How many keys the indexed filters leave; of each branch of a status not more than `max` are counted. */
export function countFound(
  listing: KeyListing,
  list: string | undefined,
  max: number,
): RawBuilder<{ readonly count: bigint }> {
  const conditions = [
    sql`team_id = ${listing.teamId}`,
    ...equalConditions(listing),
    ...linkConditions(listing),
    ...timeConditions(listing, sql`created_at`),
    ...nameConditions(listing),
  ];
  // By the whole key of a link, so that Postgres may begin with the links or with the keys.
  const linked = sql`join read.key_links
    on list = ${list} and key_created_at = keys.created_at and key_id = keys.id`;
  const source = sql`read.keys ${list === undefined ? sql`` : linked}`;
  const branches = statusBranches(listing.filters.status, listing.at).map(
    (status) => sql`(select from ${source} where ${allOf([...conditions, status])} limit ${max})`,
  );
  return sql`select count(*) as count from (${sql.join(branches, sql` union all `)}) as found`;
}
