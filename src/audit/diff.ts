import { seesPersonalData } from '../application/authorize.js';
import { stepsOf } from '../application/key/fold-key.js';
import { type Moment, pastKey } from '../application/key/past.js';
import type { Parts } from '../application/parts.js';
import type { Principal } from '../application/principal.js';
import { done, type Result, refuse } from '../application/result.js';
import { withActorNames } from './actor-names.js';
import { type Change, changesOf, differenceOf, entryOf, type HistoryEntry } from './entry.js';
import { checkHistory } from './history.js';

/** The history has the rest. */
const entriesMax = 200;

/** Where a key stood: after so many of its events, at an ISO instant. */
export interface DiffPoint {
  readonly revision: number;
  readonly at: string;
}

export interface KeyDiff {
  readonly from: DiffPoint;
  readonly to: DiffPoint;
  readonly changes: readonly Change[];
  /** What happened after `from` up to `to`, oldest first, at most 200. */
  readonly entries: readonly HistoryEntry[];
  readonly hasMoreEntries: boolean;
}

export interface DiffRequest {
  readonly from: Moment;
  /** Absent: now. */
  readonly to?: Moment;
}

/** What tells a key at one moment from the same key at another, and what happened in between. */
export async function keyDiff(
  parts: Parts,
  principal: Principal,
  keyId: string,
  request: DiffRequest,
): Promise<Result<KeyDiff>> {
  const readable = await checkHistory(parts, principal, keyId);
  if (!readable.ok) return readable;
  const now = parts.clock.now().toISOString();
  const from = await pastKey(parts, keyId, request.from, now);
  if (!from.ok) return from;
  const to = await pastKey(parts, keyId, request.to ?? { asOf: now }, now);
  if (!to.ok) return to;
  if (isBefore(to.value, from.value)) return refuse('diff.backwards', 'to');
  const personal = seesPersonalData(principal);
  const last = Math.min(to.value.revision, from.value.revision + entriesMax);
  const entries: HistoryEntry[] = [];
  if (last > from.value.revision) {
    for await (const step of stepsOf(parts.ledger, keyId, last)) {
      if (step.recorded.revision <= from.value.revision) continue;
      entries.push(entryOf(step.recorded, changesOf(step, personal)));
    }
  }
  return done({
    from: pointOf(from.value),
    to: pointOf(to.value),
    changes: differenceOf(
      { row: from.value.then, at: from.value.at },
      { row: to.value.then, at: to.value.at },
      personal,
    ),
    entries: await withActorNames(parts, entries),
    hasMoreEntries: last < to.value.revision,
  });
}

function pointOf({ revision, at }: DiffPoint): DiffPoint {
  return { revision, at };
}

function isBefore(a: DiffPoint, b: DiffPoint): boolean {
  return a.revision === b.revision ? a.at < b.at : a.revision < b.revision;
}
