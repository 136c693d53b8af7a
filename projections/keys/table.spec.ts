import type { KeyEvent } from '../../src/domain/key/events.js';
import type { Recorded } from '../../src/domain/recorded.js';
import { secretRecordOf } from '../../test/support/key-events.js';
import { instant, keyCreated, metadata, recorded, use } from '../../test/support/projection-events.js';
import { type KeyRow, keyRows } from './table.js';

function fold(...events: readonly Recorded[]): KeyRow | undefined {
  return events.reduce<KeyRow | undefined>(
    (row, event, index) => keyRows.apply(row, event, 'k1', index),
    undefined,
  );
}

const created = recorded('key-k1', keyCreated());

const resource = { resourceId: 'r1', model: 'jais-30b', resourceType: 'TPM' } as const;
const next = (event: KeyEvent) => recorded('key-k1', event, { revision: 2 });

function rotation(previousValidUntil: string): KeyEvent {
  const secret = secretRecordOf('secret-2');
  return {
    type: 'KeyRotated',
    secret,
    previousSecretId: 'secret-of-k1',
    previousValidUntil,
    rotatedAt: instant(1),
  };
}

const service = { serviceId: 's1', billingPolicy: 'free', models: null, walletId: null } as const;

describe('the read model keys', () => {
  it('has a row for a new key, and null for what was not given', () => {
    expect(fold(created)).toEqual({
      id: 'k1',
      teamId: 'team-1',
      projectId: 'project-1',
      name: 'CI Pipeline',
      description: null,
      type: 'service_account',
      tier: 'paid',
      public: false,
      maskedSecret: 'cks_3fQ…x9Za',
      role: 'member',
      scopes: ['project', 'inference'],
      department: null,
      environment: null,
      requestor: null,
      appId: null,
      businessJustification: null,
      notes: null,
      notifyEmail: null,
      externalId: null,
      labels: [],
      ownerId: null,
      biasProfileId: null,
      allowedIps: [],
      allowedOrigins: [],
      resourceIds: [],
      createdAt: instant(0),
      createdByType: 'user',
      createdById: 'user-1',
      expiresAt: null,
      isExpiryRecorded: false,
      isDisabled: false,
      rotatedAt: null,
      previousSecretValidUntil: null,
      revokedAt: null,
      revocationReason: null,
      secretVersion: 1,
      services: [],
      userIds: [],
      revision: 1,
    });
  });

  it('shows everything a person may say about a key', () => {
    const details = {
      description: 'Builds',
      department: 'R&D',
      environment: 'production',
      requestor: 'Ada',
      appId: 'app-7',
      businessJustification: 'Needed',
      notes: 'Ring first',
      expiresAt: instant(60),
    };
    expect(fold(recorded('key-k1', keyCreated(details)))).toMatchObject(details);
  });

  it('names the key that made it', () => {
    const actor = { type: 'key', id: 'k0' } as const;
    const row = fold(recorded('key-k1', keyCreated(), { metadata: metadata({ actor }) }));
    expect(row).toMatchObject({ createdByType: 'key', createdById: 'k0' });
  });

  it('lists assigned users in the order of their assignment', () => {
    const assigned = (userId: string, revision: number) =>
      recorded('key-k1', { type: 'UserAssigned', userId, assignedAt: instant(1) }, { revision });
    expect(fold(created, assigned('u2', 2), assigned('u1', 3))).toMatchObject({
      userIds: ['u2', 'u1'],
      revision: 3,
    });
  });

  it('forgets who is assigned no more', () => {
    const step = (type: 'assign' | 'unassign', userId: string, revision: number) =>
      recorded(
        'key-k1',
        type === 'assign'
          ? { type: 'UserAssigned', userId, assignedAt: instant(1) }
          : { type: 'UserUnassigned', userId, unassignedAt: instant(1) },
        { revision },
      );
    const row = fold(created, step('assign', 'u2', 2), step('assign', 'u1', 3), step('unassign', 'u2', 4));
    expect(row).toMatchObject({ userIds: ['u1'], revision: 4 });
  });

  it('keeps a revoked key, with the reason', () => {
    const revoked = recorded(
      'key-k1',
      { type: 'KeyRevoked', reason: 'superseded', comment: 'private', revokedAt: instant(9) },
      { revision: 2 },
    );
    const row = fold(created, revoked);
    expect(row).toEqual({
      ...fold(created),
      revokedAt: instant(9),
      revocationReason: 'superseded',
      revision: 2,
    });
  });

  it.each<[KeyEvent, Partial<KeyRow>]>([
    [{ type: 'ResourceAssigned', ...resource, assignedAt: instant(1) }, { resourceIds: ['r1'] }],
    [
      {
        type: 'KeyDetailsChanged',
        keyId: 'k1',
        name: 'New',
        notes: null,
        labels: ['ci'],
        changedAt: instant(1),
      },
      { name: 'New', notes: null, labels: ['ci'] },
    ],
    [{ type: 'ScopesChanged', scopes: [], changedAt: instant(1) }, { scopes: [] }],
    [{ type: 'ServiceEnabled', ...service, enabledAt: instant(1) }, { services: [service] }],
    [{ type: 'RoleChanged', role: 'admin', changedAt: instant(1) }, { role: 'admin' }],
    [{ type: 'BiasProfileChanged', biasProfileId: 'b1', changedAt: instant(1) }, { biasProfileId: 'b1' }],
    [{ type: 'ExpiryChanged', expiresAt: instant(60), changedAt: instant(1) }, { expiresAt: instant(60) }],
    [{ type: 'AllowedIpsChanged', allowedIps: ['::1'], changedAt: instant(1) }, { allowedIps: ['::1'] }],
    [
      { type: 'AllowedOriginsChanged', allowedOrigins: ['https://a.example'], changedAt: instant(1) },
      { allowedOrigins: ['https://a.example'] },
    ],
    [{ type: 'StatusChanged', status: 'INACTIVE', changedAt: instant(1) }, { isDisabled: true }],
    [{ type: 'StatusChanged', status: 'ACTIVE', changedAt: instant(1) }, { isDisabled: false }],
    [{ type: 'StatusChanged', status: 'EXPIRED', changedAt: instant(1) }, { isExpiryRecorded: true }],
    [
      rotation(instant(9)),
      {
        secretVersion: 2,
        rotatedAt: instant(1),
        maskedSecret: 'cks_3fQ…x9Za',
        previousSecretValidUntil: instant(9),
      },
    ],
    [rotation(instant(1)), { secretVersion: 2, rotatedAt: instant(1), previousSecretValidUntil: null }],
  ])('follows %j', (event, changes) => {
    expect(fold(created, next(event))).toEqual({ ...fold(created), ...changes, revision: 2 });
  });

  it('forgets what was taken, what has lapsed, and a key that was deleted', () => {
    const assigned = next({ type: 'ResourceAssigned', ...resource, assignedAt: instant(1) });
    const taken = next({ type: 'ResourceUnassigned', ...resource, unassignedAt: instant(2) });
    expect(fold(created, assigned, taken)?.resourceIds).toEqual([]);
    const retired = next({ type: 'PreviousSecretRetired', secretId: 'secret-of-k1', retiredAt: instant(9) });
    expect(fold(created, next(rotation(instant(9))), retired)?.previousSecretValidUntil).toBeNull();
    expect(fold(created, next({ type: 'KeyDeleted', deletedAt: instant(3) }))).toBeUndefined();
  });

  it('has each service as it was given the last time, until it is taken', () => {
    const enabled = next({ type: 'ServiceEnabled', ...service, enabledAt: instant(1) });
    const paid = { ...service, billingPolicy: 'pay_as_you_go', models: ['m1'], walletId: 'w1' } as const;
    const changed = next({ type: 'ServicePolicyChanged', ...paid, changedAt: instant(2) });
    const disabled = next({ type: 'ServiceDisabled', serviceId: 's1', disabledAt: instant(3) });
    expect(fold(created, enabled, changed)?.services).toEqual([paid]);
    expect(fold(created, enabled, changed, disabled)?.services).toEqual([]);
  });

  it('is about keys only', () => {
    const others = [
      recorded('team-t1', { type: 'TeamCreated', teamId: 't1', name: 'Engines', createdAt: instant(0) }),
      recorded('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows: [use()] }),
    ];
    expect(others.flatMap((event) => keyRows.keysOf(event))).toEqual([]);
    const row = fold(created);
    for (const event of others) expect(keyRows.apply(row, event, 'k1', 1)).toBe(row);
    expect(keyRows.keysOf(created)).toEqual(['k1']);
  });
});
