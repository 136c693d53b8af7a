import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { KeyStatus } from '../../src/domain/key/status.js';
import {
  asksUses,
  fieldOf,
  indexedFields,
  type KeyFilters,
  type KeyPlace,
  type KeySort,
  never,
  notYet,
  type SortField,
  scannedFields,
} from './filters.js';
import { type KeyRow, recordedStatus, untoldExpiry } from './table.js';

export interface KeysDatabase {
  'read.keys': KeyRow;
}

export interface KeyListing {
  readonly teamId: string;
  /** What the reader may see at all: these hold besides the filters. */
  readonly visible?: { readonly projectId?: string; readonly userId?: string };
  readonly filters: KeyFilters;
  readonly sort: KeySort;
  /** ISO instant for which a status is asked. */
  readonly at: string;
  readonly limit: number;
  /** The last key of the page before. */
  readonly after?: KeyPlace;
}

/** A key, and where it stands in its list. */
export interface ListedKey extends KeyRow {
  readonly place: KeyPlace;
}

type Condition = RawBuilder<unknown>;

export async function findKey(db: Kysely<KeysDatabase>, id: string): Promise<KeyRow | undefined> {
  return db.selectFrom('read.keys').selectAll().where('id', '=', id).executeTakeFirst();
}

/** So many keys are sorted rather than walked to in order: as many as Postgres fetches in milliseconds. */
const gatheredMax = 3_000;

/** A page of keys. A key made while someone turns pages neither shifts nor repeats another. */
export async function listKeys(db: Kysely<unknown>, listing: KeyListing): Promise<ListedKey[]> {
  const { userId, resourceId, label, q } = listing.filters;
  const unordered = [listing.visible?.userId, userId, resourceId, label, q];
  const isUnordered = unordered.some((value) => value !== undefined);
  const rows = (isUnordered ? await gather(db, listing) : undefined) ?? (await walk(db, listing));
  return rows.map((row) => ({ ...row, place: { value: row.place, id: row.id } }));
}

type PlacedRow = KeyRow & { readonly place: string };

/**
 * Fetches what is found, to sort it. The indexes of lists and of parts of names have no order, and Postgres,
 * which knows little of what they hold, would often rather walk through the whole team in order.
 * @returns undefined when too much is found; then a walk soon comes to a page
 */
async function gather(db: Kysely<unknown>, listing: KeyListing): Promise<PlacedRow[] | undefined> {
  const statuses = statusBranches(listing.filters.status, listing.at);
  const { rows } = await sql<PlacedRow & { readonly found: bigint }>`
    select *, count(*) over () as found from (
      ${selection(listing, sql`(${sql.join(statuses, sql` or `)})`)} limit ${gatheredMax + 1}
    ) as gathered
    order by ${orderOf(listing, sql`place`)} limit ${listing.limit}`.execute(db);
  return Number(rows[0]?.found ?? 0) > gatheredMax ? undefined : rows.map(({ found: _, ...row }) => row);
}

/** Walks in order until a page is full: each branch by an index of its own. */
async function walk(db: Kysely<unknown>, listing: KeyListing): Promise<PlacedRow[]> {
  const order = orderOf(listing, placeOf(fieldOf(listing.sort)));
  const branches = statusBranches(listing.filters.status, listing.at).map(
    (status) => sql`(${selection(listing, status)} order by ${order} limit ${listing.limit})`,
  );
  const { rows } = await sql<PlacedRow>`
    select * from (${sql.join(branches, sql` union all `)}) as walked
    order by ${orderOf(listing, sql`place`)} limit ${listing.limit}`.execute(db);
  return rows;
}

function orderOf({ sort }: KeyListing, place: Condition): Condition {
  return sql`${place} ${directionOf(sort)}, id ${directionOf(sort)}`;
}

/** The keys of a list that come after the page before, each with its place. */
function selection(listing: KeyListing, status: Condition): Condition {
  const { filters, sort, after } = listing;
  const place = placeOf(fieldOf(sort));
  const conditions = [
    ...indexedConditions(listing),
    ...scannedConditions(filters),
    status,
    ...(after ? [isAfter(after, place, sort)] : []),
  ];
  const uses = asksUses(filters, sort)
    ? sql`left join lateral (
        select max(last_used_at) as last_used_at from read.last_used_secrets where key_id = keys.id
      ) used on true`
    : sql``;
  return sql`select keys.*, ${place} as place from read.keys ${uses} where ${allOf(conditions)}`;
}

/** How many keys the indexed filters leave; not more than `max` are counted. */
export async function countKeys(db: Kysely<unknown>, listing: KeyListing, max: number): Promise<number> {
  const branches = statusBranches(listing.filters.status, listing.at).map(
    (status) => sql`(select from read.keys where ${allOf([...indexedConditions(listing), status])}
      limit ${max})`,
  );
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (${sql.join(branches, sql` union all `)}) as found`.execute(db);
  return Math.min(Number(rows[0]?.count), max);
}

function indexedConditions({ teamId, visible, filters }: KeyListing): Condition[] {
  const { userId, resourceId, label, q, createdAfter, createdBefore } = filters;
  const inProject = visible?.projectId;
  const ofUser = visible?.userId;
  return [
    sql`team_id = ${teamId}`,
    ...equals(filters, indexedFields),
    ...(inProject === undefined ? [] : [sql`project_id = ${inProject}`]),
    ...[ofUser, userId].flatMap((id) => (id === undefined ? [] : [sql`user_ids @> array[${id}::text]`])),
    ...(resourceId === undefined ? [] : [sql`resource_ids @> array[${resourceId}::text]`]),
    ...(label === undefined ? [] : [sql`labels @> array[${label}::text]`]),
    ...(q === undefined ? [] : [sql`name ilike ${`%${literal(q)}%`}`]),
    ...(createdAfter === undefined ? [] : [sql`created_at >= ${createdAfter}`]),
    ...(createdBefore === undefined ? [] : [sql`created_at < ${createdBefore}`]),
  ];
}

function scannedConditions(filters: KeyFilters): Condition[] {
  const { scope, expiresBefore, lastUsedBefore, neverUsed } = filters;
  return [
    ...equals(filters, scannedFields),
    ...(scope === undefined ? [] : [sql`scopes @> array[${scope}::text]`]),
    ...(expiresBefore === undefined ? [] : [sql`expires_at < ${expiresBefore}`]),
    ...(lastUsedBefore === undefined ? [] : [sql`used.last_used_at < ${lastUsedBefore}`]),
    ...(neverUsed === undefined ? [] : [sql`(used.last_used_at is null) = ${neverUsed}`]),
  ];
}

function equals(filters: KeyFilters, fields: readonly (keyof KeyFilters)[]): Condition[] {
  return fields.flatMap((field) =>
    filters[field] === undefined ? [] : [sql`${sql.ref(field)} = ${filters[field]}`],
  );
}

/** What `keyStatus` says of a row, for the database to choose by; any of them holds, never two at once. */
function statusBranches(status: KeyStatus | undefined, at: string): Condition[] {
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
function placeOf(field: SortField): Condition {
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

function isAfter({ value, id }: KeyPlace, place: Condition, sort: KeySort): Condition {
  const known = fieldOf(sort) === 'name' ? sql`${value}::text` : sql`${value}::timestamptz`;
  return sql`(${place}, id) ${sql.raw(sort.startsWith('-') ? '<' : '>')} (${known}, ${id})`;
}

function directionOf(sort: KeySort): Condition {
  return sql.raw(sort.startsWith('-') ? 'desc' : 'asc');
}

function allOf(conditions: readonly Condition[]): Condition {
  return sql.join(conditions, sql` and `);
}

/** As it stands, not as a pattern. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** Whether a key that is neither revoked nor deleted has the bias profile; also one that has expired. */
export async function isProfileAttached(db: Kysely<KeysDatabase>, profileId: string): Promise<boolean> {
  const found = await db
    .selectFrom('read.keys')
    .select('id')
    .where('biasProfileId', '=', profileId)
    .where('revokedAt', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}
