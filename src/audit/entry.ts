import type { KeyRow } from '../../projections/keys/table.js';
import type { Step } from '../application/key/fold-key.js';
import { keyStatus } from '../domain/key/status.js';
import type { DomainEvent, Recorded } from '../domain/recorded.js';
import { summaryOf } from './summary.js';

export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One event of the log, told to people. */
export interface HistoryEntry {
  readonly eventId: string;
  readonly type: string;
  /** ISO instant. */
  readonly at: string;
  readonly position: string;
  /** Events of its stream up to and including it. */
  readonly revision: number;
  readonly actor: { readonly type: string; readonly id: string; readonly name: string | null };
  /** Free text of the person who did it. */
  readonly reason: string | null;
  readonly summary: string;
  readonly changes: readonly Change[];
}

/** The fields of a key whose changes its history tells; the personal ones to those who may see them. */
const toldFields = [
  'projectId',
  'name',
  'description',
  'type',
  'tier',
  'role',
  'scopes',
  'userIds',
  'department',
  'environment',
  'appId',
  'businessJustification',
  'externalId',
  'labels',
  'biasProfileId',
  'allowedIps',
  'allowedOrigins',
  'resourceIds',
  'services',
  'maskedSecret',
  'rotatedAt',
  'previousSecretValidUntil',
  'expiresAt',
  'revokedAt',
  'revocationReason',
] as const satisfies readonly (keyof KeyRow)[];

const personalFields = ['requestor', 'notes', 'notifyEmail'] as const satisfies readonly (keyof KeyRow)[];

/** @param personal whether the reader may see personal data */
export function entryOf(recorded: Recorded, changes: readonly Change[]): HistoryEntry {
  const { event, metadata } = recorded;
  return {
    eventId: recorded.id,
    type: event.type,
    at: metadata.recordedAt,
    position: recorded.position,
    revision: recorded.revision,
    actor: { type: metadata.actor.type, id: metadata.actor.id, name: null },
    reason: metadata.reason ?? commentOf(event) ?? null,
    summary: summaryOf(event),
    changes,
  };
}

function commentOf(event: DomainEvent): string | undefined {
  return event.type === 'KeyRevoked' || event.type === 'KeyTokenRevoked' ? event.comment : undefined;
}

/** What an event changed about a key: the difference of the key before and after it. */
export function changesOf({ recorded, before, after }: Step, personal: boolean): Change[] {
  const at = recorded.metadata.recordedAt;
  return differenceOf({ row: before, at }, { row: after, at }, personal);
}

/** A key at an ISO instant; undefined while there is none. */
interface Seen {
  readonly row: KeyRow | undefined;
  readonly at: string;
}

/** What tells a key at one instant from the same key at another. Its status also follows from the time. */
export function differenceOf(from: Seen, to: Seen, personal: boolean): Change[] {
  const [before, after] = [from.row, to.row];
  const status = changeOf('status', before && keyStatus(before, from.at), after && keyStatus(after, to.at));
  const fields = personal ? [...toldFields, ...personalFields] : toldFields;
  return [...status, ...fields.flatMap((field) => changeOf(field, before?.[field], after?.[field]))];
}

function changeOf(field: string, from: unknown = null, to: unknown = null): Change[] {
  return isSame(from, to) ? [] : [{ field, from, to }];
}

/** A list that began empty did not change. */
function isSame(from: unknown, to: unknown): boolean {
  const before = from === null && Array.isArray(to) ? [] : from;
  return JSON.stringify(before) === JSON.stringify(to);
}
