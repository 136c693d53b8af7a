/** Some of a list, in its order. */
export interface Page<Item, Place> {
  readonly items: readonly Item[];
  /** Where the next page goes on; undefined on the last one. */
  readonly next: Place | undefined;
}

/**
 * Takes a page from rows of which one more than its limit was asked for, if there was one: that tells of another page.
 * @param placeOf names a row, for the next page to begin after it
 */
export function pageOf<Row, Place>(
  rows: readonly Row[],
  limit: number,
  placeOf: (last: Row) => Place,
): Page<Row, Place> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items, next: last && placeOf(last) };
}
