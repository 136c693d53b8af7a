import type { KeyRow } from '../../../projections/keys/table.js';
import type { Recorded } from '../../domain/recorded.js';
import { comparePositions, type Position } from '../../event-store/port.js';
import { authorize, type Operation } from '../authorize.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { stepsOf } from './fold-key.js';

/** A moment in the life of a key: an ISO instant, or the number of its events by then. */
export type Moment = { readonly asOf: string } | { readonly revision: number };

/** Whether an event had happened by a moment; of one stream, what comes after one that had not, had not. */
export type HadHappened = (recorded: Recorded) => boolean;

/** A key at a moment, and as it is now. */
export interface PastKey {
  /** Undefined: not made yet, or deleted by then. */
  readonly then: KeyRow | undefined;
  /** Undefined: deleted, or never made. */
  readonly now: KeyRow | undefined;
  /** The ISO instant the moment stands for: for this one a status is told. */
  readonly at: string;
  readonly revision: number;
}

/** Where the log ends as of an instant. */
export interface Cut {
  /** The place in the log of the first event beyond; undefined when there is none yet. */
  readonly beforeIndex: number | undefined;
  readonly hadHappened: HadHappened;
}

/**
 * The log as of an instant is what stands before its first event that was recorded later, counts of uses
 * aside: clocks of several processes differ a little, and what is seen as of an instant must never change.
 */
export async function cutAt({ lookups }: Pick<Parts, 'lookups'>, asOf: string): Promise<Cut> {
  const later = (await lookups.firstAfter([asOf])).get(asOf);
  const end = later?.position as Position | undefined;
  return {
    beforeIndex: later?.index,
    // The index may be a moment behind the log, so the event's own time is looked at too.
    hadHappened: ({ metadata, position }) =>
      metadata.recordedAt <= asOf && (end === undefined || comparePositions(position as Position, end) < 0),
  };
}

/** A key's whole stream, folded up to a moment and to its end. */
export async function foldPast(
  { ledger }: Pick<Parts, 'ledger'>,
  keyId: string,
  hadHappened: HadHappened,
): Promise<Omit<PastKey, 'at'> & { readonly last: Recorded | undefined }> {
  let then: KeyRow | undefined;
  let now: KeyRow | undefined;
  let last: Recorded | undefined;
  let isOver = false;
  for await (const { recorded, after } of stepsOf(ledger, keyId)) {
    now = after;
    isOver ||= !hadHappened(recorded);
    if (isOver) continue;
    then = after;
    last = recorded;
  }
  return { then, now, last, revision: last?.revision ?? 0 };
}

/**
 * A key at a moment. A revision that the key has not reached, and an instant that has not come, are refused.
 * @param at the ISO instant it is now
 */
export async function pastKey(
  parts: Pick<Parts, 'ledger' | 'lookups'>,
  keyId: string,
  moment: Moment,
  at: string,
): Promise<Result<PastKey>> {
  if ('asOf' in moment) {
    if (moment.asOf > at) return refuse('past.not_yet', 'asOf');
    const { last: _, ...past } = await foldPast(parts, keyId, (await cutAt(parts, moment.asOf)).hadHappened);
    return done({ ...past, at: moment.asOf });
  }
  const { revision } = moment;
  const { last, ...past } = await foldPast(parts, keyId, (recorded) => recorded.revision <= revision);
  if (past.revision < revision) return refuse('key.not_found');
  return done({ ...past, at: last?.metadata.recordedAt ?? at });
}

/**
 * Whether somebody may see a key's past. Rights are those of today; the past of a key that was deleted is
 * for those who may read the audit.
 */
export function maySeePast(
  principal: Principal,
  operation: Operation,
  { then, now }: Pick<PastKey, 'then' | 'now'>,
): Result<void> {
  const key = now ?? then;
  if (!key || (!now && authorize(principal, 'audit.read') !== 'allowed')) return refuse('key.not_found');
  const verdict = authorize(principal, operation, { ...key, keyId: key.id });
  return verdict === 'allowed' ? done(undefined) : denied(verdict);
}
