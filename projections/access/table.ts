import type { KeyAccess, SecretAccess, TokenAccess } from '../../src/domain/access/verdict.js';
import {
  type KeyCreated,
  type KeyEvent,
  type KeyRotated,
  type KeyTokenRotated,
  keyEventTypes,
  type SecretRecord,
} from '../../src/domain/key/events.js';
import { servicesAfter } from '../../src/domain/key/state.js';
import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import { type MemberEvent, memberEventTypes, type Role } from '../../src/domain/team/events.js';
import type { ReadModel, Table } from '../runner/model.js';
import { policyAccess } from './policies.js';
import { profileAccess } from './profiles.js';
import { projectAccess } from './projects.js';
import { resourceAccess } from './resources.js';
import { serviceAccess } from './services.js';
import { walletAccess } from './wallets.js';

/** A secret, and what it is found by. */
export interface SecretRow extends SecretAccess {
  /** Base64url of SHA-256. */
  readonly digest: string;
}

/** A token of a user, and what its present secret is found by. */
export interface TokenRow extends TokenAccess {
  readonly secretId: string;
  /** Base64url of SHA-256. */
  readonly digest: string;
}

/**
 * What verification knows of a key: what a verdict rests on, all secrets that are good, the newest first, and the
 * tokens that were not revoked.
 */
export interface KeyAccessRow extends KeyAccess {
  readonly secrets: readonly SecretRow[];
  readonly tokens: readonly TokenRow[];
}

/** A key that was revoked keeps its row: it answers REVOKED, not NOT_FOUND. */
export const keyAccess: Table<KeyAccessRow> = {
  name: 'access_keys',
  key: 'keyId',
  columns: {
    keyId: 'id',
    teamId: 'id',
    projectId: 'id',
    type: 'text',
    tier: 'text',
    public: 'boolean',
    ownerId: 'id | null',
    role: 'text',
    scopes: 'texts',
    environment: 'text | null',
    appId: 'text | null',
    userIds: 'texts',
    resources: 'json',
    services: 'json',
    biasProfileId: 'id | null',
    allowedIps: 'texts',
    allowedOrigins: 'texts',
    isDisabled: 'boolean',
    expiresAt: 'instant | null',
    revokedAt: 'instant | null',
    secrets: 'json',
    tokens: 'json',
    secretVersion: 'integer',
    revision: 'integer',
  },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, keyEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, keyEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'KeyCreated') return created(event, revision);
    return row && changed({ ...row, revision }, event);
  },
};

/** A deleted key has no row: it answers NOT_FOUND. */
function changed(row: KeyAccessRow, event: Exclude<KeyEvent, KeyCreated>): KeyAccessRow | undefined {
  switch (event.type) {
    case 'UserAssigned':
      return { ...row, userIds: [...row.userIds, event.userId] };
    case 'UserUnassigned':
      return { ...row, userIds: row.userIds.filter((userId) => userId !== event.userId) };
    case 'ResourceAssigned': {
      const { resourceId, model } = event;
      return { ...row, resources: [...row.resources, { resourceId, model }] };
    }
    case 'ResourceUnassigned':
      return { ...row, resources: row.resources.filter(({ resourceId }) => resourceId !== event.resourceId) };
    case 'ServiceEnabled':
    case 'ServicePolicyChanged':
    case 'ServiceDisabled':
      return { ...row, services: servicesAfter(row.services, event) };
    case 'KeyDetailsChanged': {
      const { appId = row.appId, environment = row.environment } = event;
      return { ...row, appId, environment };
    }
    case 'ScopesChanged':
      return { ...row, scopes: event.scopes };
    case 'RoleChanged':
      return { ...row, role: event.role };
    case 'BiasProfileChanged':
      return { ...row, biasProfileId: event.biasProfileId };
    case 'ExpiryChanged':
      return { ...row, expiresAt: event.expiresAt };
    case 'AllowedIpsChanged':
      return { ...row, allowedIps: event.allowedIps };
    case 'AllowedOriginsChanged':
      return { ...row, allowedOrigins: event.allowedOrigins };
    case 'StatusChanged':
      return event.status === 'EXPIRED' ? row : { ...row, isDisabled: event.status === 'INACTIVE' };
    case 'KeyRotated':
      return rotated(row, event);
    case 'PreviousSecretRetired':
      return { ...row, secrets: row.secrets.filter(({ secretId }) => secretId !== event.secretId) };
    case 'KeyTokenIssued': {
      const { tokenId, userId, membershipId, secret } = event;
      const { secretId, digest } = secret;
      return { ...row, tokens: [...row.tokens, { tokenId, userId, membershipId, secretId, digest }] };
    }
    case 'KeyTokenRotated':
      return { ...row, tokens: row.tokens.map((token) => withSecretOf(event, token)) };
    case 'KeyTokenRevoked':
      return { ...row, tokens: row.tokens.filter(({ tokenId }) => tokenId !== event.tokenId) };
    case 'SecretClaimed':
    case 'NoticeSent':
    case 'RevocationConfirmed':
      return row;
    case 'KeyRevoked':
      return { ...row, revokedAt: event.revokedAt };
    case 'KeyDeleted':
      return undefined;
  }
}

/** All secrets but the one that is replaced end with a rotation, and that one too when there is no grace. */
function rotated(row: KeyAccessRow, event: KeyRotated): KeyAccessRow {
  const { secret, previousSecretId, previousValidUntil, rotatedAt } = event;
  const previous = row.secrets.filter(
    ({ secretId }) => secretId === previousSecretId && previousValidUntil > rotatedAt,
  );
  return {
    ...row,
    secrets: [secretOf(secret), ...previous.map((one) => ({ ...one, validUntil: previousValidUntil }))],
    secretVersion: row.secretVersion + 1,
  };
}

function withSecretOf({ tokenId, secret }: KeyTokenRotated, token: TokenRow): TokenRow {
  const { secretId, digest } = secret;
  return token.tokenId === tokenId ? { ...token, secretId, digest } : token;
}

function secretOf({ secretId, digest, validUntil }: SecretRecord): SecretRow {
  return { secretId, digest, validUntil };
}

function created(event: KeyCreated, revision: number): KeyAccessRow {
  return {
    keyId: event.keyId,
    teamId: event.teamId,
    projectId: event.projectId,
    type: event.keyType,
    tier: event.tier,
    public: event.public ?? false,
    ownerId: event.userId ?? null,
    role: event.role,
    scopes: event.scopes,
    environment: event.environment ?? null,
    appId: event.appId ?? null,
    userIds: [],
    resources: [],
    services: [],
    biasProfileId: null,
    allowedIps: [],
    allowedOrigins: [],
    isDisabled: false,
    expiresAt: event.expiresAt ?? null,
    revokedAt: null,
    secrets: [secretOf(event.secret)],
    tokens: [],
    secretVersion: 1,
    revision,
  };
}

/** A user in a team. */
export interface MemberAccess {
  /** `<teamId>/<userId>`: a user is in a team once. */
  readonly memberId: string;
  /** The present one: who joins again has another. */
  readonly membershipId: string;
  readonly teamId: string;
  readonly userId: string;
  readonly role: Role;
  /** From this instant on the membership has ended; null: it does not end by itself. */
  readonly until: string | null;
  /** The row stays, so that older events that come again bring nobody back. */
  readonly isRemoved: boolean;
  /** Events of the team's stream, up to the last one about the membership. */
  readonly revision: number;
}

export const memberAccess: Table<MemberAccess> = {
  name: 'access_members',
  key: 'memberId',
  columns: {
    memberId: 'id',
    membershipId: 'id',
    teamId: 'id',
    userId: 'id',
    role: 'text',
    until: 'instant | null',
    isRemoved: 'boolean',
    revision: 'integer',
  },
  indexes: [],
  keysOf: (recorded) => (isOneOf(recorded, memberEventTypes) ? memberIdsOf(recorded) : []),
  apply: (row, recorded, memberId) =>
    isOneOf(recorded, memberEventTypes) ? memberAfter(row, recorded, memberId) : row,
};

/** An invitation is about nobody who is known yet. */
function memberIdsOf({ event, stream }: Recorded<MemberEvent>): string[] {
  if (event.type === 'MemberInvited' || event.userId === undefined) return [];
  return [`${idOfStream(stream)}/${event.userId}`];
}

function memberAfter(
  row: MemberAccess | undefined,
  { event, stream, revision }: Recorded<MemberEvent>,
  memberId: string,
): MemberAccess | undefined {
  switch (event.type) {
    case 'MemberInvited':
      return row;
    case 'MemberJoined': {
      const { membershipId, userId, role, until = null } = event;
      const teamId = idOfStream(stream);
      return { memberId, membershipId, teamId, userId, role, until, isRemoved: false, revision };
    }
    case 'MemberRoleChanged': {
      const { role, until } = event;
      return row && { ...row, role, until: until === undefined ? row.until : until, revision };
    }
    case 'MemberRemoved':
      return row && { ...row, isRemoved: true, revision };
  }
}

/** Everything verification decides on, in small tables per source that are joined in memory. */
export const accessModel: ReadModel = {
  name: 'access',
  version: 6,
  tables: [
    keyAccess,
    memberAccess,
    resourceAccess,
    profileAccess,
    projectAccess,
    policyAccess,
    serviceAccess,
    walletAccess,
  ],
};
