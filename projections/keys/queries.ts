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

/** How much is tried in one way before another is. */
export interface Patience {
  /** So many keys are fetched at most where an index does not have them in order: some milliseconds' work. */
  readonly keysFetchedMax: number;
  /**
   * So many names are read before the index of parts of names is asked. Among a million keys that takes longer
   * than reading these, and when it finds much it was asked in vain; a small team pays some milliseconds.
   */
  readonly namesReadMax: number;
}

const usualPatience: Patience = { keysFetchedMax: 3_000, namesReadMax: 5_000 };

/**
 * A page of keys. A key made while someone turns pages neither shifts nor repeats another.
 * @param patience decides how fast the page is found, never what stands on it
 */
export async function listKeys(
  db: Db,
  listing: KeyListing,
  patience: Patience = usualPatience,
): Promise<ListedKey[]> {
  const rows = await pageOf(db, listing, patience);
  return rows.map((row) => ({ ...row, place: { value: row.place, id: row.id } }));
}

async function pageOf(db: Db, listing: KeyListing, patience: Patience): Promise<readonly PlacedRow[]> {
  const lists = listsOf(listing);
  const [first] = lists.length < 2 ? lists : await shortestOf(db, lists, patience);
  return first === undefined ? pageOfTeam(db, listing, patience) : pageOfList(db, listing, first, patience);
}

async function shortestOf(db: Db, lists: readonly string[], { keysFetchedMax }: Patience): Promise<string[]> {
  return (await run(db, shortest(lists, keysFetchedMax))).map(({ list }) => list);
}

/**
 * Links lead to a page in order, and other filters are looked up in the keys themselves. A list may be as long
 * as the team's (whoever makes all keys is assigned to all of them) and nearly none of it fit another filter:
 * then the index of that filter is the better way.
 */
async function pageOfList(
  db: Db,
  listing: KeyListing,
  list: string,
  patience: Patience,
): Promise<readonly PlacedRow[]> {
  if (!hasIndexBesides(listing)) return run(db, follow(listing, list));
  const max = patience.keysFetchedMax;
  const rows = await run(db, follow(listing, list, max));
  if (rows.length === listing.limit && isOrderedByLinks(listing)) return rows;
  const [followed] = await run(db, countFollowed(listing, list, max + 1));
  return Number(followed?.count) > max ? pageOfTeam(db, listing, patience) : rows;
}

function hasIndexBesides(listing: KeyListing): boolean {
  const { status, q } = listing.filters;
  return status !== undefined || q !== undefined || equalConditions(listing).length > 0;
}

/**
 * The index of parts of names has no order. A part that many names have is soon met without it, and where it
 * finds too many to sort, though few are among the first, a walk comes to a page before long.
 */
async function pageOfTeam(
  db: Db,
  listing: KeyListing,
  { keysFetchedMax, namesReadMax }: Patience,
): Promise<readonly PlacedRow[]> {
  if (listing.filters.q === undefined) return run(db, walk(listing));
  // Only where an index gives every name that is read: not those of a user, say, among all of the team.
  if (listsOf(listing).length === 0 && !mustScan(listing.filters, listing.sort)) {
    const first = await run(db, walkSome(listing, namesReadMax));
    if (first.length === listing.limit) return first;
  }
  const gathered = await run(db, gather(listing, keysFetchedMax + 1));
  if (Number(gathered[0]?.found ?? 0) > keysFetchedMax) return run(db, walk(listing));
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
