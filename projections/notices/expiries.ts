import { type KeyEvent, keyEventTypes } from '../../src/domain/key/events.js';
import { type NoticeDays, noticeDays } from '../../src/domain/key/notices.js';
import { isOperatorKey } from '../../src/domain/platform.js';
import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import type { Table } from '../runner/model.js';

/** The next time that somebody is to be told that a key expires; a key of which nothing is to be told has no row. */
export interface ExpiryNotice {
  readonly keyId: string;
  readonly teamId: string;
  /** The event that gave the key its end. */
  readonly causeId: string;
  readonly expiresAt: string;
  /** So many days before: what is to be told next. */
  readonly days: NoticeDays;
  readonly dueAt: string;
}

const dayMilliseconds = 86_400_000;

/** What is told at an ISO instant: when nobody could be told for weeks, they are told once, and how it is now. */
export function daysToTell({ days, expiresAt }: ExpiryNotice, at: string): NoticeDays {
  return noticeDays.findLast((one) => before(expiresAt, one) <= at) ?? days;
}

export const expiryNotices: Table<ExpiryNotice> = {
  name: 'expiry_notices',
  key: 'keyId',
  columns: {
    keyId: 'id',
    teamId: 'id',
    causeId: 'id',
    expiresAt: 'instant',
    days: 'integer',
    dueAt: 'instant',
  },
  indexes: ['(due_at)'],
  keysOf: (recorded) =>
    isOneOf(recorded, keyEventTypes) && isAboutExpiry(recorded.event) ? [idOfStream(recorded.stream)] : [],
  apply(row, recorded, keyId) {
    const { event } = recorded;
    switch (event.type) {
      case 'KeyCreated':
        return isOperatorKey(event) ? undefined : begin(recorded, keyId, event.expiresAt ?? null);
      case 'ExpiryChanged':
        return begin(recorded, keyId, event.expiresAt);
      case 'NoticeSent':
        return row && row.causeId === event.causeId && event.days !== undefined
          ? after(row, event.days)
          : row;
      case 'KeyRevoked':
      case 'KeyDeleted':
        return undefined;
      default:
        return row;
    }
  },
};

function isAboutExpiry(event: KeyEvent): boolean {
  switch (event.type) {
    case 'KeyCreated':
      return event.expiresAt !== undefined;
    case 'NoticeSent':
      return event.notice === 'expiring';
    default:
      return event.type === 'ExpiryChanged' || event.type === 'KeyRevoked' || event.type === 'KeyDeleted';
  }
}

/** Of a key with ten days to live nobody needs to hear at once that it has fewer than thirty. */
function begin(
  { id, metadata }: Recorded,
  keyId: string,
  expiresAt: string | null,
): ExpiryNotice | undefined {
  if (expiresAt === null || isOperatorKey(metadata)) return undefined;
  const days = noticeDays.find((one) => before(expiresAt, one) > metadata.recordedAt);
  const { teamId } = metadata;
  return days && { keyId, teamId, causeId: id, expiresAt, days, dueAt: before(expiresAt, days) };
}

function after(row: ExpiryNotice, told: NoticeDays): ExpiryNotice | undefined {
  const days = noticeDays.find((one) => one < told);
  return days && { ...row, days, dueAt: before(row.expiresAt, days) };
}

function before(instant: string, days: number): string {
  return new Date(Date.parse(instant) - days * dayMilliseconds).toISOString();
}
