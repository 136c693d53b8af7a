import type { KeyCreated, KeyRotated, UserAssigned, UserUnassigned } from '../../src/domain/key/events.js';
import type { NoticeKind } from '../../src/domain/key/notices.js';
import type { Actor, Recorded } from '../../src/domain/recorded.js';
import { idOfStream } from '../../src/domain/recorded.js';
import type { MemberInvited } from '../../src/domain/team/events.js';
import type { ReadModel, Table } from '../runner/model.js';
import { expiryNotices } from './expiries.js';
import { rotationNotices, rotationRules } from './rotations.js';

/** A notice that an event asks for, until it is told that it was sent. */
export interface NoticeRow {
  /** What caused it: the id of the event, of an invitation its own. */
  readonly id: string;
  readonly kind: NoticeKind | 'invited';
  readonly teamId: string;
  /** Null for an invitation. */
  readonly keyId: string | null;
  /** The user it is about: who was assigned or is not any more, or who rotated the key; null: none in particular. */
  readonly userId: string | null;
  readonly causedAt: string;
}

export const noticeRows: Table<NoticeRow> = {
  name: 'notices',
  key: 'id',
  columns: {
    id: 'id',
    kind: 'text',
    teamId: 'id',
    keyId: 'id | null',
    userId: 'id | null',
    causedAt: 'instant',
  },
  indexes: ['(caused_at)'],
  keysOf({ id, event, metadata }) {
    switch (event.type) {
      case 'KeyCreated':
        return event.notifyEmail === undefined ? [] : [id];
      case 'UserAssigned':
      case 'UserUnassigned':
        return event.notify ? [id] : [];
      case 'KeyRotated':
        return isPlainUser(metadata.actor) ? [id] : [];
      case 'NoticeSent':
        return [event.causeId];
      case 'MemberInvited':
      case 'MemberJoined':
      case 'MemberRemoved':
        return [event.membershipId];
      default:
        return [];
    }
  },
  apply(row, recorded) {
    const { event } = recorded;
    switch (event.type) {
      case 'KeyCreated':
        return asked(recorded, event, 'key_issued', null);
      case 'UserAssigned':
        return asked(recorded, event, 'user_assigned', event.userId);
      case 'UserUnassigned':
        return asked(recorded, event, 'user_unassigned', event.userId);
      case 'KeyRotated':
        return asked(recorded, event, 'key_rotated', recorded.metadata.actor.id);
      case 'MemberInvited':
        return invited(recorded, event);
      // It was sent; or there is nobody any more, or not any longer, who waits for an invitation.
      case 'NoticeSent':
      case 'MemberJoined':
      case 'MemberRemoved':
        return undefined;
      default:
        return row;
    }
  },
};

/** Others use the key as well, and it is not theirs to manage: the others hear of it. */
function isPlainUser({ type, role }: Actor): boolean {
  return type === 'user' && role === 'USER';
}

function asked(
  { id, stream, metadata }: Recorded,
  _: KeyCreated | UserAssigned | UserUnassigned | KeyRotated,
  kind: NoticeKind,
  userId: string | null,
): NoticeRow {
  const { teamId, recordedAt } = metadata;
  return { id, kind, teamId, keyId: idOfStream(stream), userId, causedAt: recordedAt };
}

function invited({ stream, metadata }: Recorded, { membershipId }: MemberInvited): NoticeRow {
  return {
    id: membershipId,
    kind: 'invited',
    teamId: idOfStream(stream),
    keyId: null,
    userId: null,
    causedAt: metadata.recordedAt,
  };
}

/** What is to be told to people by mail. */
export const noticesModel: ReadModel = {
  name: 'notices',
  version: 2,
  tables: [noticeRows, expiryNotices, rotationRules, rotationNotices],
};
