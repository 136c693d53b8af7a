import type { KeyAccess } from '../../src/domain/access/verdict.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { keyAccess, memberAccess } from './table.js';

const created = recorded(
  'key-k1',
  keyCreated({ environment: 'production', appId: 'app-7', expiresAt: instant(60) }),
);
const row: KeyAccess = {
  keyId: 'k1',
  teamId: 'team-1',
  projectId: 'project-1',
  type: 'service_account',
  role: 'member',
  scopes: ['project', 'inference'],
  environment: 'production',
  appId: 'app-7',
  userIds: [],
  expiresAt: instant(60),
  revokedAt: null,
  secrets: [{ secretId: 'secret-of-k1', digest: 'digest-of-k1', validUntil: null }],
  secretVersion: 1,
  revision: 1,
};

describe('the read model access', () => {
  it('knows a new key as verification needs it, and nothing a person wrote about it', () => {
    expect(keyAccess.keysOf(created)).toEqual(['k1']);
    expect(keyAccess.apply(undefined, created, 'k1', 0)).toEqual(row);
  });

  it('knows the users assigned to a key', () => {
    const assigned = recorded(
      'key-k1',
      { type: 'UserAssigned', userId: 'u1', assignedAt: instant(1) },
      { revision: 2 },
    );
    expect(keyAccess.apply(row, assigned, 'k1', 1)).toEqual({ ...row, userIds: ['u1'], revision: 2 });
  });

  it('never forgets a revocation', () => {
    const revoked = recorded(
      'key-k1',
      { type: 'KeyRevoked', reason: 'key_compromise', revokedAt: instant(2) },
      { revision: 2 },
    );
    expect(keyAccess.keysOf(revoked)).toEqual(['k1']);
    expect(keyAccess.apply(row, revoked, 'k1', 1)).toEqual({ ...row, revokedAt: instant(2), revision: 2 });
  });

  it('knows who is in a team, as what and until when', () => {
    const joined = recorded('team-t1', {
      type: 'MemberJoined',
      membershipId: 'm1',
      userId: 'u1',
      role: 'AUDITOR',
      until: instant(99),
      joinedAt: instant(1),
    });
    expect(memberAccess.keysOf(joined)).toEqual(['t1/u1']);
    expect(keyAccess.keysOf(joined)).toEqual([]);
    expect(memberAccess.apply(undefined, joined, 't1/u1', 0)).toEqual({
      memberId: 't1/u1',
      teamId: 't1',
      userId: 'u1',
      role: 'AUDITOR',
      until: instant(99),
    });
    expect(memberAccess.keysOf(created)).toEqual([]);
  });

  it('has no end for a membership that was given none', () => {
    const joined = recorded('team-t1', {
      type: 'MemberJoined',
      membershipId: 'm1',
      userId: 'u1',
      role: 'OWNER',
      joinedAt: instant(1),
    });
    expect(memberAccess.apply(undefined, joined, 't1/u1', 0)?.until).toBeNull();
  });
});
