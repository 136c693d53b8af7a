import type { Recorded } from '../domain/recorded.js';
import type { Ledger } from '../event-store/ledger.js';

/**
 * The first and the last event of a stream, one where it has no more, none where it is not there: all that is
 * needed of a stream whose every event tells the whole state, however long it is.
 */
export async function readEnds(ledger: Ledger, stream: string): Promise<Recorded[]> {
  const first = await take(ledger, stream, false);
  const last = first && (await take(ledger, stream, true));
  if (!first || !last) return [];
  return last.revision > first.revision ? [first, last] : [first];
}

async function take(ledger: Ledger, stream: string, backwards: boolean): Promise<Recorded | undefined> {
  for await (const recorded of ledger.readStream(stream, { limit: 1, backwards })) return recorded;
  return undefined;
}
