import type { Position } from '../port.js';
import type { Page } from './follow.js';

type ReadLog = (after: Position) => Promise<Page>;

/** The newest pages; those who follow the head are never further apart. */
const keptCount = 4;

/**
 * Reads each page once for all who follow the log in this process. Those at its head are after the same page
 * at the same moment, and fetching bytes from the log is most of what following costs.
 *
 * What stands after a position never changes, it only grows, so a page may be given to those who ask later:
 * they get the rest with the next one. An empty page is forgotten at once, or nobody would see it grow.
 */
export function sharePages(readLog: ReadLog): ReadLog {
  const pages = new Map<Position, Promise<Page>>();

  function forget(after: Position, page: Promise<Page>): void {
    if (pages.get(after) === page) pages.delete(after);
  }

  return (after) => {
    const known = pages.get(after);
    if (known) return known;
    const page = readLog(after);
    pages.set(after, page);
    page.then(
      ({ events }) => {
        if (events.length === 0) forget(after, page);
      },
      () => forget(after, page),
    );
    const [oldest] = pages.keys();
    if (pages.size > keptCount && oldest !== undefined) pages.delete(oldest);
    return page;
  };
}
