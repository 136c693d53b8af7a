import type { Kysely, RawBuilder } from 'kysely';
import { equalConditions, listsOf } from './conditions.js';
import { mustScan } from './filters.js';
import type { KeyListing, ListedKey } from './listing.js';
import {
  countFollowed,
  countFound,
  follow,
  gather,
  isOrderedByLinks,
  type PlacedRow,
  shortest,
  walk,
  walkSome,
} from './pages.js';
import type { KeyRow } from './table.js';

export type { KeyListing, ListedKey } from './listing.js';

export interface KeysDatabase {
  'read.keys': KeyRow;
}

type Db = Kysely<unknown>;

export async function findKey(db: Kysely<KeysDatabase>, id: string): Promise<KeyRow | undefined> {
  return db.selectFrom('read.keys').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A page of keys. A key made while someone turns pages neither shifts nor repeats another. */
export async function listKeys(db: Db, listing: KeyListing): Promise<ListedKey[]> {
  const rows = await pageOf(db, listing);
  return rows.map((row) => ({ ...row, place: { value: row.place, id: row.id } }));
}

/** So many keys are fetched at most where an index does not have them in order: some milliseconds' work. */
const fetchedMax = 3_000;

async function pageOf(db: Db, listing: KeyListing): Promise<readonly PlacedRow[]> {
  const lists = listsOf(listing);
  if (lists.length < 2) return pageAmong(db, listing, lists[0]);
  const [found] = await run(db, shortest(lists, fetchedMax));
  return pageAmong(db, listing, found?.list);
}

/**
 * Links lead to a page in order, and other filters are looked up in the keys themselves. A list may be as long
 * as the team's (whoever makes all keys is assigned to all of them) and nearly none of it fit another filter:
 * then the index of that filter is the better way.
 */
async function pageAmong(
  db: Db,
  listing: KeyListing,
  list: string | undefined,
): Promise<readonly PlacedRow[]> {
  if (list === undefined) return pageOfTeam(db, listing);
  if (!hasIndexBesides(listing)) return run(db, follow(listing, list));
  const rows = await run(db, follow(listing, list, fetchedMax));
  if (rows.length === listing.limit && isOrderedByLinks(listing)) return rows;
  const [followed] = await run(db, countFollowed(listing, list, fetchedMax + 1));
  return Number(followed?.count) > fetchedMax ? pageOfTeam(db, listing) : rows;
}

function hasIndexBesides(listing: KeyListing): boolean {
  const { status, q } = listing.filters;
  return status !== undefined || q !== undefined || equalConditions(listing).length > 0;
}

/**
 * So many names are read before the index of parts of names is asked. Among a million keys that takes longer
 * than reading these, and when it finds much it was asked in vain; a small team pays some milliseconds.
 */
const namesReadMax = 5_000;

/**
 * The index of parts of names has no order. A part that many names have is soon met without it, and where it
 * finds too many to sort, though few are among the first, a walk comes to a page before long.
 */
async function pageOfTeam(db: Db, listing: KeyListing): Promise<readonly PlacedRow[]> {
  if (listing.filters.q === undefined) return run(db, walk(listing));
  if (!mustScan(listing.filters, listing.sort)) {
    const first = await run(db, walkSome(listing, namesReadMax));
    if (first.length === listing.limit) return first;
  }
  const gathered = await run(db, gather(listing, fetchedMax + 1));
  if (Number(gathered[0]?.found ?? 0) > fetchedMax) return run(db, walk(listing));
  return gathered.map(({ found: _, ...row }) => row);
}

/** How many keys the indexed filters leave; not more than `max` are counted. */
export async function countKeys(db: Db, listing: KeyListing, max: number): Promise<number> {
  const [found] = await run(db, countFound(listing, listsOf(listing)[0], max));
  return Math.min(Number(found?.count), max);
}

async function run<Row>(db: Db, query: RawBuilder<Row>): Promise<readonly Row[]> {
  return (await query.execute(db)).rows;
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
