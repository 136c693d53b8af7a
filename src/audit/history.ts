import { authorize, seesPersonalData } from '../application/authorize.js';
import { loadKey } from '../application/key/find-target.js';
import { stepsOf } from '../application/key/fold-key.js';
import { type Page, pageOf } from '../application/page.js';
import type { Parts } from '../application/parts.js';
import type { Principal } from '../application/principal.js';
import { denied, done, type Result, refuse } from '../application/result.js';
import { withActorNames } from './actor-names.js';
import { changesOf, entryOf, type HistoryEntry } from './entry.js';

export interface HistoryRequest {
  /** The revision to go on after; 0 for the beginning. */
  readonly after: number;
  /** 1 to 200. */
  readonly limit: number;
}

/** Its place is the revision of an entry. */
type HistoryPage = Page<HistoryEntry, number>;

/** What happened to a key, oldest first, from the log itself. */
export async function keyHistory(
  parts: Parts,
  principal: Principal,
  keyId: string,
  { after, limit }: HistoryRequest,
): Promise<Result<HistoryPage>> {
  const readable = await checkHistory(parts, principal, keyId);
  if (!readable.ok) return readable;
  const personal = seesPersonalData(principal);
  const entries: HistoryEntry[] = [];
  // From the first event on, for changes are told against what was before; one more tells of another page.
  for await (const step of stepsOf(parts.ledger, keyId, after + limit + 1)) {
    if (step.recorded.revision > after) entries.push(entryOf(step.recorded, changesOf(step, personal)));
  }
  const { items, next } = pageOf(entries, limit, ({ revision }) => revision);
  return done({ items: await withActorNames(parts, items), next });
}

/** Whether somebody may know what happened to a key. Of a deleted one only those know who may audit. */
export async function checkHistory(parts: Parts, principal: Principal, keyId: string): Promise<Result<void>> {
  const key = await loadKey(parts, keyId);
  if (!key) return refuse('key.not_found');
  const verdict = authorize(principal, 'keys.history', key);
  if (verdict !== 'allowed') return denied(verdict);
  const isKnown = key.deletedAt === null || authorize(principal, 'audit.read') === 'allowed';
  return isKnown ? done(undefined) : refuse('key.not_found');
}
