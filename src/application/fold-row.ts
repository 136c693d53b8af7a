import { idOfStream, type Recorded } from '../domain/recorded.js';
import type { Ledger } from '../event-store/ledger.js';

/** What keeps the rows of a read model. */
interface Fold<Row> {
  apply(row: Row | undefined, recorded: Recorded, key: string, index: number): Row | undefined;
}

/**
 * A thing as it is now, from the log itself, by the same function that keeps the read model: the two can never
 * tell different stories, and this one is always up to date.
 * @returns undefined when there is no such thing
 */
export async function foldRow<Row>(
  ledger: Ledger,
  table: Fold<Row>,
  stream: string,
): Promise<Row | undefined> {
  let row: Row | undefined;
  for await (const recorded of ledger.readStream(stream)) {
    row = table.apply(row, recorded, idOfStream(stream), 0);
  }
  return row;
}
