import type { KeyFilters, KeyPlace, KeySort } from './filters.js';
import type { KeyRow } from './table.js';

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
