import { type KeyRow, keyRows } from '../../../projections/keys/table.js';
import { keyStream } from '../../domain/key/events.js';
import type { Recorded } from '../../domain/recorded.js';
import type { Ledger } from '../../event-store/ledger.js';
import { foldRow } from '../fold-row.js';

/** A step in a key's life: what happened, and the key before and after it. */
export interface Step {
  readonly recorded: Recorded;
  readonly before: KeyRow | undefined;
  readonly after: KeyRow | undefined;
}

/**
 * A key's life from the log itself, by the same function that keeps the read model: the two can never tell
 * different stories, and this one is always up to date.
 * @param untilRevision the last revision to look at; absent: all
 */
export async function* stepsOf(ledger: Ledger, keyId: string, untilRevision?: number): AsyncIterable<Step> {
  let before: KeyRow | undefined;
  const limit = untilRevision === undefined ? {} : { limit: untilRevision };
  for await (const recorded of ledger.readStream(keyStream(keyId), limit)) {
    const after = keyRows.apply(before, recorded, keyId, 0);
    yield { recorded, before, after };
    before = after;
  }
}

/** The key as it is now; undefined when there is none. */
export function foldKey(ledger: Ledger, keyId: string): Promise<KeyRow | undefined> {
  return foldRow(ledger, keyRows, keyStream(keyId));
}
