import type { KeyEvent } from '../../src/domain/key/events.js';
import type { MemberEvent } from '../../src/domain/team/events.js';
import { keyAccessOf } from '../../test/support/key-access.js';
import { secretRecordOf } from '../../test/support/key-events.js';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { type KeyAccessRow, keyAccess, memberAccess } from './table.js';

const created = recorded(
  'key-k1',
  keyCreated({ environment: 'production', appId: 'app-7', expiresAt: instant(60) }),
);
const row = keyAccessOf({
  teamId: 'team-1',
  projectId: 'project-1',
  scopes: ['project', 'inference'],
  environment: 'production',
  appId: 'app-7',
  expiresAt: instant(60),
  secrets: [{ secretId: 'secret-of-k1', digest: 'digest-of-k1', validUntil: null }],
});

const next = (event: KeyEvent) => recorded('key-k1', event, { revision: 2 });

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

  it('forgets a user who is assigned no more', () => {
    const after = next({ type: 'UserUnassigned', userId: 'u1', unassignedAt: instant(1) });
    const with2 = { ...row, userIds: ['u1', 'u2'] };
    expect(keyAccess.apply(with2, after, 'k1', 1)).toEqual({ ...row, userIds: ['u2'], revision: 2 });
  });

  it.each<[KeyEvent, Partial<KeyAccessRow>]>([
    [
      {
        type: 'ResourceAssigned',
        resourceId: 'r1',
        model: 'jais-30b',
        resourceType: 'TPM',
        assignedAt: instant(1),
      },
      { resources: [{ resourceId: 'r1', model: 'jais-30b' }] },
    ],
    [
      { type: 'KeyDetailsChanged', keyId: 'k1', appId: null, notes: 'private', changedAt: instant(1) },
      { appId: null },
    ],
    [{ type: 'ScopesChanged', scopes: [], changedAt: instant(1) }, { scopes: [] }],
    [
      {
        type: 'ServiceEnabled',
        serviceId: 's1',
        billingPolicy: 'pay_as_you_go',
        models: ['m1'],
        walletId: 'w1',
        enabledAt: instant(1),
      },
      {
        services: [{ serviceId: 's1', billingPolicy: 'pay_as_you_go', models: ['m1'], walletId: 'w1' }],
      },
    ],
    [{ type: 'RoleChanged', role: 'admin', changedAt: instant(1) }, { role: 'admin' }],
    [{ type: 'BiasProfileChanged', biasProfileId: 'b1', changedAt: instant(1) }, { biasProfileId: 'b1' }],
    [{ type: 'ExpiryChanged', expiresAt: null, changedAt: instant(1) }, { expiresAt: null }],
    [{ type: 'AllowedIpsChanged', allowedIps: ['::1'], changedAt: instant(1) }, { allowedIps: ['::1'] }],
    [
      { type: 'AllowedOriginsChanged', allowedOrigins: ['https://a.example'], changedAt: instant(1) },
      { allowedOrigins: ['https://a.example'] },
    ],
    [{ type: 'StatusChanged', status: 'INACTIVE', changedAt: instant(1) }, { isDisabled: true }],
    [{ type: 'StatusChanged', status: 'EXPIRED', changedAt: instant(1) }, {}],
  ])('follows %j', (event, changes) => {
    expect(keyAccess.apply(row, next(event), 'k1', 1)).toEqual({ ...row, ...changes, revision: 2 });
  });

  it('has two secrets after a rotation with grace, and never three', () => {
    const rotate = (from: string, to: string, until: string) =>
      next({
        type: 'KeyRotated',
        secret: secretRecordOf(to),
        previousSecretId: from,
        previousValidUntil: until,
        rotatedAt: instant(1),
      });
    const fold = (...events: ReturnType<typeof next>[]) =>
      events.reduce<KeyAccessRow | undefined>((at, event) => keyAccess.apply(at, event, 'k1', 1), row);
    const secretsOf = (access: KeyAccessRow | undefined) =>
      access?.secrets.map((one) => [one.secretId, one.validUntil]);
    const once = rotate('secret-of-k1', 's2', instant(9));
    expect(secretsOf(fold(once))).toEqual([
      ['s2', null],
      ['secret-of-k1', instant(9)],
    ]);
    expect(secretsOf(fold(once, rotate('s2', 's3', instant(9))))).toEqual([
      ['s3', null],
      ['s2', instant(9)],
    ]);
    expect(secretsOf(fold(once, rotate('s2', 's3', instant(1))))).toEqual([['s3', null]]);
    const retired = next({ type: 'PreviousSecretRetired', secretId: 'secret-of-k1', retiredAt: instant(9) });
    expect(secretsOf(fold(once, retired))).toEqual([['s2', null]]);
    expect(fold(once)?.secretVersion).toBe(2);
  });

  it('knows the tokens of a key, each by its present secret, until they are revoked', () => {
    const issued = (tokenId: string) =>
      next({
        type: 'KeyTokenIssued',
        tokenId,
        userId: 'u1',
        membershipId: 'm1',
        secret: secretRecordOf('s2'),
        issuedAt: instant(1),
      });
    const fold = (...events: ReturnType<typeof next>[]) =>
      events.reduce<KeyAccessRow | undefined>((at, event) => keyAccess.apply(at, event, 'k1', 1), row);
    const token = { tokenId: 'a', userId: 'u1', membershipId: 'm1' };
    const both = [issued('a'), issued('b')];
    const first = { ...token, secretId: 's2', digest: 'digest-of-s2' };
    expect(fold(...both)?.tokens).toEqual([first, { ...first, tokenId: 'b' }]);
    const rotated = next({
      type: 'KeyTokenRotated',
      tokenId: 'b',
      secret: secretRecordOf('s3'),
      rotatedAt: instant(2),
    });
    expect(fold(...both, rotated)?.tokens).toEqual([
      first,
      { ...token, tokenId: 'b', secretId: 's3', digest: 'digest-of-s3' },
    ]);
    const revoked = next({
      type: 'KeyTokenRevoked',
      tokenId: 'a',
      reason: 'unspecified',
      revokedAt: instant(2),
    });
    expect(fold(...both, revoked)?.tokens.map(({ tokenId }) => tokenId)).toEqual(['b']);
    expect(fold(...both)?.secrets).toEqual(row.secrets);
  });

  it('has no row for a deleted key', () => {
    expect(
      keyAccess.apply(row, next({ type: 'KeyDeleted', deletedAt: instant(2) }), 'k1', 1),
    ).toBeUndefined();
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
      membershipId: 'm1',
      teamId: 't1',
      userId: 'u1',
      role: 'AUDITOR',
      until: instant(99),
      isRemoved: false,
      revision: 1,
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

  it('knows who became something else, and who is gone', () => {
    const about = { membershipId: 'm1', userId: 'u1' };
    const events: MemberEvent[] = [
      { type: 'MemberJoined', ...about, role: 'USER', joinedAt: instant(1) },
      { type: 'MemberRoleChanged', ...about, role: 'AUDITOR', until: instant(9), changedAt: instant(2) },
      { type: 'MemberRoleChanged', ...about, role: 'ADMIN', until: null, changedAt: instant(3) },
      { type: 'MemberRemoved', ...about, removedAt: instant(4) },
    ];
    const seen: unknown[] = [];
    let row: ReturnType<typeof memberAccess.apply>;
    for (const [n, event] of events.entries()) {
      const one = recorded('team-t1', event, { revision: n + 1 });
      expect(memberAccess.keysOf(one)).toEqual(['t1/u1']);
      row = memberAccess.apply(row, one, 't1/u1', n);
      seen.push([row?.role, row?.until, row?.isRemoved, row?.revision]);
    }
    expect(seen).toEqual([
      ['USER', null, false, 1],
      ['AUDITOR', instant(9), false, 2],
      ['ADMIN', null, false, 3],
      ['ADMIN', null, true, 4],
    ]);
  });
});
