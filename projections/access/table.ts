import type { KeyAccess } from '../../src/domain/access/verdict.js';
import { type KeyCreated, keyEventTypes } from '../../src/domain/key/events.js';
import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import { type Role, type TeamEvent, teamEventTypes } from '../../src/domain/team/events.js';
import type { ReadModel, Table } from '../runner/model.js';

/** What verification knows of a key. A key that was revoked keeps its row: it answers REVOKED, not NOT_FOUND. */
export const keyAccess: Table<KeyAccess> = {
  name: 'access_keys',
  key: 'keyId',
  columns: {
    keyId: 'id',
    teamId: 'id',
    projectId: 'id',
    type: 'text',
    role: 'text',
    scopes: 'texts',
    environment: 'text | null',
    appId: 'text | null',
    userIds: 'texts',
    expiresAt: 'instant | null',
    revokedAt: 'instant | null',
    secrets: 'json',
    secretVersion: 'integer',
    revision: 'integer',
  },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, keyEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, keyEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'KeyCreated') return created(event, revision);
    if (!row) return row;
    switch (event.type) {
      case 'UserAssigned':
        return { ...row, revision, userIds: [...row.userIds, event.userId] };
      case 'KeyRevoked':
        return { ...row, revision, revokedAt: event.revokedAt };
    }
  },
};

function created(event: KeyCreated, revision: number): KeyAccess {
  const { secretId, digest, validUntil } = event.secret;
  return {
    keyId: event.keyId,
    teamId: event.teamId,
    projectId: event.projectId,
    type: event.keyType,
    role: event.role,
    scopes: event.scopes,
    environment: event.environment ?? null,
    appId: event.appId ?? null,
    userIds: [],
    expiresAt: event.expiresAt ?? null,
    revokedAt: null,
    secrets: [{ secretId, digest, validUntil }],
    secretVersion: 1,
    revision,
  };
}

/** A user in a team. */
export interface MemberAccess {
  /** `<teamId>/<userId>`: a user is in a team once. */
  readonly memberId: string;
  readonly teamId: string;
  readonly userId: string;
  readonly role: Role;
  /** From this instant on the membership has ended; null: it does not end by itself. */
  readonly until: string | null;
}

export const memberAccess: Table<MemberAccess> = {
  name: 'access_members',
  key: 'memberId',
  columns: {
    memberId: 'id',
    teamId: 'id',
    userId: 'id',
    role: 'text',
    until: 'instant | null',
  },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, teamEventTypes) ? memberIdsOf(recorded) : []),
  apply(row, { event, stream }, memberId) {
    if (event.type !== 'MemberJoined') return row;
    const { userId, role, until = null } = event;
    return { memberId, teamId: idOfStream(stream), userId, role, until };
  },
};

/** Every event of a team is named here, so that one that ends or changes a membership cannot be forgotten. */
function memberIdsOf({ event, stream }: Recorded<TeamEvent>): string[] {
  switch (event.type) {
    case 'MemberJoined':
      return [`${idOfStream(stream)}/${event.userId}`];
    case 'TeamCreated':
    case 'ProjectCreated':
      return [];
  }
}

/** Everything verification decides on, in small tables per source that are joined in memory. */
export const accessModel: ReadModel = { name: 'access', version: 1, tables: [keyAccess, memberAccess] };
