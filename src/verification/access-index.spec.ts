import fc from 'fast-check';
import { instant, keyCreated, recorded } from '../../test/support/projection-events.js';
import { formatSecret } from '../domain/access/secret.js';
import type { DomainEvent, Recorded } from '../domain/recorded.js';
import { sha256 } from '../platform/random.js';
import { createAccessIndex } from './access-index.js';

const secretOf = (keyId: string) => formatSecret('cks', Uint8Array.from(Buffer.from(keyId.padEnd(32))));
const created = (keyId: string) => {
  const { secret } = keyCreated({ keyId });
  return keyCreated({ keyId, secret: { ...secret, digest: sha256(secretOf(keyId)) } });
};
const assigned = (userId: string): DomainEvent => ({ type: 'UserAssigned', userId, assignedAt: instant(1) });
const revoked: DomainEvent = { type: 'KeyRevoked', reason: 'unspecified', revokedAt: instant(2) };

/** A history in which every key begins with its creation; what follows is chance. */
const histories = fc
  .array(fc.tuple(fc.constantFrom('k1', 'k2', 'k3'), fc.constantFrom('assign', 'revoke')), { maxLength: 30 })
  .map((steps): Recorded[] => {
    const revisions = new Map<string, number>();
    const log: Recorded[] = [];
    const add = (keyId: string, event: DomainEvent) => {
      const revision = (revisions.get(keyId) ?? 0) + 1;
      revisions.set(keyId, revision);
      log.push(recorded(`key-${keyId}`, event, { revision, position: String(log.length + 1) }));
    };
    for (const [keyId, step] of steps) {
      if (!revisions.has(keyId)) add(keyId, created(keyId));
      add(keyId, step === 'revoke' ? revoked : assigned(`user-${log.length}`));
    }
    return log;
  });

/** What must be found, told without the functions that the index uses. */
function expected(log: readonly Recorded[], keyId: string) {
  const own = log.filter(({ stream }) => stream === `key-${keyId}`);
  if (own.length === 0) return undefined;
  return {
    userIds: own.flatMap(({ event }) => (event.type === 'UserAssigned' ? [event.userId] : [])),
    revokedAt: own.some(({ event }) => event.type === 'KeyRevoked') ? instant(2) : null,
    revision: own.length,
  };
}

function indexOf(...batches: readonly (readonly Recorded[])[]) {
  const index = createAccessIndex();
  for (const one of batches.flat()) index.apply(one);
  return index;
}

describe('the access index', () => {
  it('finds every key by its secret, as the log tells of it', () => {
    fc.assert(
      fc.property(histories, (log) => {
        const index = indexOf(log);
        for (const keyId of ['k1', 'k2', 'k3']) {
          const found = index.find(secretOf(keyId));
          const told = expected(log, keyId);
          expect(found === undefined).toBe(told === undefined);
          if (told) expect(found?.access).toMatchObject({ keyId, ...told });
          const { secrets: _, tokens: __, ...access } = index.key(keyId) ?? { secrets: [], tokens: [] };
          expect(found?.access ?? {}).toEqual(access);
        }
        expect(index.keysCount()).toBe(new Set(log.map(({ stream }) => stream)).size);
      }),
    );
  });

  it('does not change when batches come again', () => {
    fc.assert(
      fc.property(histories, fc.nat(30), fc.nat(30), (log, from, to) => {
        const twice = indexOf(log, log.slice(Math.min(from, to), Math.max(from, to)));
        for (const keyId of ['k1', 'k2', 'k3']) {
          expect(twice.key(keyId)).toEqual(indexOf(log).key(keyId));
          expect(twice.find(secretOf(keyId))).toEqual(indexOf(log).find(secretOf(keyId)));
        }
      }),
    );
  });

  it('counts the changes of keys', () => {
    const index = indexOf([recorded('key-k1', created('k1'))]);
    const before = index.changesCount();
    index.apply(recorded('key-k1', revoked, { revision: 2 }));
    expect(index.changesCount()).toBeGreaterThan(before);
    expect(index.find(secretOf('k1'))?.access.revokedAt).toBe(instant(2));
  });

  it('finds each secret of a key, and none that a newer record has no more', () => {
    const index = indexOf([recorded('key-k1', created('k1'))]);
    const access = index.key('k1')!;
    const [first] = access.secrets;
    const second = { secretId: 's2', digest: sha256(secretOf('other')), validUntil: null };
    index.putKey({ ...access, secrets: [{ ...first!, validUntil: instant(9) }, second] });
    expect(index.find(secretOf('k1'))?.secret.validUntil).toBe(instant(9));
    expect(index.find(secretOf('other'))?.secret).toEqual({ secretId: 's2', validUntil: null });
    index.putKey({ ...access, secrets: [second] });
    expect(index.find(secretOf('k1'))).toBeUndefined();
  });

  it('finds a key by a token of it, as that token, and not by one that has ended or has a new secret', () => {
    const index = indexOf([recorded('key-k1', created('k1'))]);
    const tell = (event: DomainEvent, revision: number) =>
      index.apply(recorded('key-k1', event, { revision, position: String(revision) }));
    const about = { tokenId: 'token-1', userId: 'u1', membershipId: 'm1' };
    const record = (secretId: string) => ({
      ...keyCreated().secret,
      secretId,
      digest: sha256(secretOf(secretId)),
    });
    const { access } = index.find(secretOf('k1'))!;
    tell({ type: 'KeyTokenIssued', ...about, secret: record('s1'), issuedAt: instant(1) }, 2);
    expect(index.find(secretOf('s1'))).toEqual({
      access: { ...access, revision: 2 },
      secret: { secretId: 's1', validUntil: null, token: about },
    });
    expect(index.find(secretOf('k1'))?.secret.token).toBeUndefined();
    tell({ type: 'KeyTokenRotated', tokenId: 'token-1', secret: record('s2'), rotatedAt: instant(2) }, 3);
    expect(index.find(secretOf('s1'))).toBeUndefined();
    expect(index.find(secretOf('s2'))?.secret.token).toEqual(about);
    const ended = { type: 'KeyTokenRevoked', tokenId: 'token-1', reason: 'unspecified' } as const;
    tell({ ...ended, revokedAt: instant(3) }, 4);
    expect(index.find(secretOf('s2'))).toBeUndefined();
    expect(index.find(secretOf('k1'))?.access.revision).toBe(4);
  });

  it.each(['', 'nonsense', secretOf('unknown'), `${secretOf('k1').slice(0, -1)}!`])(
    'does not find "%s"',
    (text) => {
      expect(indexOf([recorded('key-k1', created('k1'))]).find(text)).toBeUndefined();
    },
  );

  it('knows the teams of a user, the oldest first, each once', () => {
    const index = createAccessIndex();
    const joined = (teamId: string, role: 'OWNER' | 'USER') =>
      recorded(`team-${teamId}`, {
        type: 'MemberJoined',
        membershipId: 'm',
        userId: 'u1',
        role,
        joinedAt: instant(0),
      });
    index.apply(joined('t2', 'OWNER'));
    index.apply(joined('t1', 'USER'));
    index.apply(joined('t2', 'OWNER'));
    expect(index.membershipsOf('u1').map(({ teamId, role }) => [teamId, role])).toEqual([
      ['t1', 'USER'],
      ['t2', 'OWNER'],
    ]);
    expect(index.membershipsOf('u2')).toEqual([]);
  });

  it('knows who is gone, and brings nobody back when events come again', () => {
    const about = { membershipId: 'm1', userId: 'u1' };
    const joined: DomainEvent = { type: 'MemberJoined', ...about, role: 'OWNER', joinedAt: instant(0) };
    const log = [
      joined,
      { type: 'MemberRoleChanged', ...about, role: 'USER', changedAt: instant(1) } as const,
      { type: 'MemberRemoved', ...about, removedAt: instant(2) } as const,
    ].map((event, n) => recorded('team-t1', event, { revision: n + 1 }));
    const index = createAccessIndex();
    const roles = log.map((one) => {
      index.apply(one);
      return index.membershipsOf('u1').map(({ role }) => role);
    });
    expect(roles).toEqual([['OWNER'], ['USER'], []]);
    for (const one of log) {
      index.apply(one);
      expect(index.membershipsOf('u1')).toEqual([]);
    }
    index.apply(recorded('team-t1', joined, { revision: 4 }));
    expect(index.membershipsOf('u1')).toMatchObject([{ role: 'OWNER', revision: 4 }]);
  });

  describe('of what keys are joined with', () => {
    const registered: DomainEvent = {
      type: 'ResourceRegistered',
      resourceId: 'r1',
      teamId: 't1',
      name: 'Chat',
      model: 'm1',
      resourceType: 'TPM',
      registeredAt: instant(0),
    };
    const deactivated: DomainEvent = { type: 'ResourceDeactivated', deactivatedAt: instant(1) };
    const activated: DomainEvent = { type: 'ResourceActivated', activatedAt: instant(2) };
    const history = [registered, deactivated, activated, deactivated].map((event, n) =>
      recorded('resource-r1', event, { revision: n + 1 }),
    );

    it('knows whether a resource is active, event by event', () => {
      const index = createAccessIndex();
      const seen = [index.isActive('r1')];
      for (const one of history) {
        index.apply(one);
        seen.push(index.isActive('r1'));
      }
      expect(seen).toEqual([false, true, false, true, false]);
    });

    it('does not bring a deactivated one to life when events come again', () => {
      const index = indexOf(history);
      for (const one of history) {
        index.apply(one);
        expect(index.isActive('r1')).toBe(false);
      }
    });

    it('knows whether a project is archived, and does not forget it when events come again', () => {
      const told: DomainEvent[] = [
        { type: 'ProjectCreated', projectId: 'p1', name: 'Vision', createdAt: instant(0) },
        { type: 'ProjectRenamed', projectId: 'p1', name: 'Speech', renamedAt: instant(1) },
        { type: 'ProjectArchived', projectId: 'p1', archivedAt: instant(2) },
      ];
      const log = told.map((event, n) => recorded('team-t1', event, { revision: n + 1 }));
      const index = indexOf(log);
      const count = index.changesCount();
      for (const one of log) index.apply(one);
      expect([index.isArchived('p1'), index.isArchived('p2'), index.changesCount()]).toEqual([
        true,
        false,
        count,
      ]);
      index.apply(
        recorded(
          'team-t1',
          { type: 'ProjectRestored', projectId: 'p1', restoredAt: instant(3) },
          { revision: 4 },
        ),
      );
      expect([index.isArchived('p1'), index.changesCount()]).toEqual([false, count + 1]);
    });

    it('knows the catalogue, free services and whether there is money, and forgets none of it', () => {
      const priced: DomainEvent = {
        type: 'ServicePriced',
        priceVersion: 1,
        models: ['m1'],
        prices: [],
        pricedAt: instant(0),
      };
      const service = (serviceId: string, free: boolean) =>
        [
          {
            type: 'ServiceRegistered',
            serviceId,
            name: 'Chat',
            free,
            currency: 'USD',
            billingPolicies: ['invoiced'],
            registeredAt: instant(0),
          } as const,
          priced,
        ].map((event, n) => recorded(`service-${serviceId}`, event, { revision: n + 1 }));
      const retired = recorded(
        'service-s2',
        { type: 'ServiceRetired', retiredAt: instant(1) },
        { revision: 3 },
      );
      const fields = { walletId: 'w1', teamId: 't1', name: 'Research', currency: 'USD' };
      const amounts = { amountMicros: 5, balanceMicros: 5 };
      const wallet = [
        { type: 'WalletOpened', ...fields, openedAt: instant(0) } as const,
        { type: 'WalletToppedUp', ...amounts, reference: 'Cash', toppedUpAt: instant(1) } as const,
      ].map((event, n) => recorded('wallet-w1', event, { revision: n + 1 }));
      const index = indexOf(service('s1', false), service('s2', true));
      expect(index.freeServices().map(({ serviceId }) => serviceId)).toEqual(['s2']);
      expect(index.service('s1')).toMatchObject({ models: ['m1'], isFree: false });
      expect([index.service('s3'), index.hasFunds('w1')]).toEqual([undefined, false]);
      for (const one of [retired, ...wallet, ...service('s2', true), ...wallet]) index.apply(one);
      expect(index.freeServices()).toEqual([]);
      expect([index.service('s2'), index.hasFunds('w1')]).toEqual([undefined, true]);
    });

    it('has the bias profile of this moment', () => {
      const index = createAccessIndex();
      const profile: DomainEvent = {
        type: 'BiasProfileCreated',
        profileId: 'b1',
        teamId: 't1',
        name: 'Careful',
        settings: { tone: 'warm' },
        createdAt: instant(0),
      };
      index.apply(recorded('profile-b1', profile));
      const updated: DomainEvent = {
        type: 'BiasProfileUpdated',
        settings: { tone: 'cold' },
        updatedAt: instant(1),
      };
      index.apply(recorded('profile-b1', updated, { revision: 2 }));
      expect(index.profile('b1')).toMatchObject({
        name: 'Careful',
        settingsText: '{"tone":"cold"}',
        revision: 2,
      });
      expect(index.profile('b2')).toBeUndefined();
    });
  });
});
