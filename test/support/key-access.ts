import type { KeyAccessRow, MemberAccess } from '../../projections/access/table.js';

/** A key as verification knows it: a plain service account that is good for ever, but for what is said. */
export function keyAccessOf(changes: Partial<KeyAccessRow> = {}): KeyAccessRow {
  return {
    keyId: 'k1',
    teamId: 't1',
    projectId: 'p1',
    type: 'service_account',
    tier: 'paid',
    public: false,
    ownerId: null,
    role: 'member',
    scopes: ['project'],
    environment: null,
    appId: null,
    userIds: [],
    resources: [],
    services: [],
    biasProfileId: null,
    allowedIps: [],
    allowedOrigins: [],
    isDisabled: false,
    expiresAt: null,
    revokedAt: null,
    secrets: [],
    tokens: [],
    secretVersion: 1,
    revision: 1,
    ...changes,
  };
}

/** A user in a team as verification knows them: for good, but for what is said. */
export function memberAccessOf(changes: Partial<MemberAccess> = {}): MemberAccess {
  const { teamId = 't1', userId = 'u1' } = changes;
  const memberId = `${teamId}/${userId}`;
  const membership = { memberId, membershipId: `m-${userId}`, teamId, userId };
  return { ...membership, role: 'USER', until: null, isRemoved: false, revision: 1, ...changes };
}
