import fc from 'fast-check';
import type { KeyEvent } from '../../src/domain/key/events.js';
import type { ProfileEvent } from '../../src/domain/profile/events.js';
import type { DomainEvent } from '../../src/domain/recorded.js';
import type { ServiceEvent } from '../../src/domain/service/events.js';
import type { MemberEvent, ProjectEvent } from '../../src/domain/team/events.js';
import { defaultPolicy } from '../../src/domain/team/policy.js';
import type { WalletEvent } from '../../src/domain/wallet/events.js';
import { secretRecordOf } from './key-events.js';
import { instant, keyCreated, use } from './projection-events.js';
import type { House } from './projection-house.js';

const kinds = [
  'sign up',
  'join',
  'create',
  'assign',
  'token',
  'change',
  'limit',
  'disable',
  'rotate',
  'lapse',
  'notice',
  'resource',
  'enable',
  'revoke',
  'delete',
  'use',
  'register',
  'switch',
  'profile',
  'service',
  'wallet',
  'policy',
  'project',
  'member',
] as const;

/** One thing that may happen next. Numbers choose whom it happens to. */
export interface Happening {
  readonly kind: (typeof kinds)[number];
  readonly who: number;
  readonly whom: number;
  readonly text: string;
}

/** Few people and keys, so that much happens to each; any text that the API lets through. */
export const histories = (maxLength: number): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds),
      who: fc.nat({ max: 4 }),
      whom: fc.nat({ max: 4 }),
      text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    }),
    { minLength: 1, maxLength },
  );

type Append = House['append'];

/** Makes a history happen. What cannot happen (a key that is not there is not revoked) is left out. */
export function createTeller(append: Append): (happening: Happening) => Promise<void> {
  const seen = new Set<string>();
  const secretIds = new Map<string, string>();
  let second = 0;

  function first(name: string): boolean {
    return !seen.has(name) && Boolean(seen.add(name));
  }

  function isAlive(keyId: string): boolean {
    return seen.has(keyId) && !seen.has(`${keyId} deleted`);
  }

  function ofKey(keyId: string, event: KeyEvent): [stream: string, event: DomainEvent][] {
    return isAlive(keyId) ? [[`key-${keyId}`, event]] : [];
  }

  function eventsOf({ kind, who, whom, text }: Happening): [stream: string, event: DomainEvent][] {
    const at = instant(second);
    const [teamId, userId, keyId] = [`t${who}`, `u${who}`, `k${who}`];
    switch (kind) {
      case 'sign up':
        if (!first(teamId)) return [];
        return [
          [
            `user-${userId}`,
            { type: 'UserSignedUp', userId, email: text, name: text, teamId, teamName: text, signedUpAt: at },
          ],
          [`team-${teamId}`, { type: 'TeamCreated', teamId, name: text, createdAt: at }],
          [`team-${teamId}`, { type: 'ProjectCreated', projectId: `p${who}`, name: text, createdAt: at }],
        ];
      case 'join':
        if (!first(`${teamId} ${whom}`)) return [];
        return [
          [
            `team-${teamId}`,
            {
              type: 'MemberJoined',
              membershipId: `m${who}${whom}`,
              userId: `u${whom}`,
              role: 'ADMIN',
              joinedAt: at,
            },
          ],
        ];
      case 'create':
        if (!first(keyId)) return [];
        return [
          [
            `key-${keyId}`,
            keyCreated({
              keyId,
              teamId: `t${whom}`,
              name: text,
              notes: text,
              notifyEmail: text,
              createdAt: at,
            }),
          ],
        ];
      case 'assign':
        if (!isAlive(keyId)) return [];
        if (first(`${keyId} ${whom}`)) {
          return ofKey(keyId, { type: 'UserAssigned', userId: `u${whom}`, notify: true, assignedAt: at });
        }
        seen.delete(`${keyId} ${whom}`);
        return ofKey(keyId, { type: 'UserUnassigned', userId: `u${whom}`, unassignedAt: at });
      case 'token': {
        const tokenId = `token-${who}-${whom}`;
        const secret = secretRecordOf(`secret-of-${tokenId}-at-${second}`);
        const membershipId = `m${who}${whom}`;
        if (!isAlive(keyId)) return [];
        if (first(tokenId)) {
          const about = { tokenId, userId: `u${whom}`, membershipId, secret };
          return ofKey(keyId, { type: 'KeyTokenIssued', ...about, issuedAt: at });
        }
        if (second % 2 === 0)
          return ofKey(keyId, { type: 'KeyTokenRotated', tokenId, secret, rotatedAt: at });
        seen.delete(tokenId);
        return ofKey(keyId, { type: 'KeyTokenRevoked', tokenId, reason: 'unspecified', revokedAt: at });
      }
      case 'change':
        return ofKey(keyId, {
          type: 'KeyDetailsChanged',
          keyId,
          notes: whom === 0 ? null : text,
          ...(whom % 2 === 0 ? { name: text } : { labels: [text], appId: text }),
          changedAt: at,
        });
      case 'limit':
        return ofKey(keyId, changeOf(whom, text, at));
      case 'disable':
        return ofKey(keyId, {
          type: 'StatusChanged',
          status: whom % 2 === 0 ? 'INACTIVE' : 'ACTIVE',
          changedAt: at,
        });
      case 'rotate': {
        const previousSecretId = secretIds.get(keyId) ?? `secret-of-${keyId}`;
        const secret = secretRecordOf(`secret-of-${keyId}-at-${second}`);
        if (isAlive(keyId)) secretIds.set(keyId, secret.secretId);
        const previousValidUntil = instant(second + whom);
        return ofKey(keyId, {
          type: 'KeyRotated',
          secret,
          previousSecretId,
          previousValidUntil,
          rotatedAt: at,
        });
      }
      case 'lapse':
        return ofKey(keyId, { type: 'StatusChanged', status: 'EXPIRED', changedAt: at });
      case 'notice':
        return ofKey(keyId, { type: 'NoticeSent', ...noticeOf(whom, text), sentAt: at });
      case 'resource': {
        const resource = { resourceId: `r${whom}`, model: text, resourceType: 'TPM' } as const;
        return ofKey(
          keyId,
          first(`${keyId} r${whom}`)
            ? { type: 'ResourceAssigned', ...resource, assignedAt: at }
            : { type: 'ResourceUnassigned', ...resource, unassignedAt: at },
        );
      }
      case 'enable':
        return ofKey(
          keyId,
          enablingOf(`s${whom}`, text, at, first(`${keyId} s${whom}`), () =>
            seen.delete(`${keyId} s${whom}`),
          ),
        );
      case 'delete':
        if (whom !== 0 || !isAlive(keyId)) return [];
        seen.add(`${keyId} deleted`);
        return [[`key-${keyId}`, { type: 'KeyDeleted', deletedAt: at }]];
      case 'revoke':
        if (!isAlive(keyId)) return [];
        if (!first(`${keyId} revoked`)) {
          return ofKey(keyId, {
            type: 'RevocationConfirmed',
            processes: [],
            notIncluded: [],
            confirmedAt: at,
          });
        }
        return [[`key-${keyId}`, { type: 'KeyRevoked', reason: 'superseded', comment: text, revokedAt: at }]];
      case 'register':
        if (!first(`r${who}`)) return [];
        return [
          [
            `resource-r${who}`,
            {
              type: 'ResourceRegistered',
              resourceId: `r${who}`,
              teamId: `t${whom}`,
              name: text,
              model: text,
              resourceType: 'PYG',
              registeredAt: at,
            },
          ],
        ];
      case 'switch':
        if (!seen.has(`r${who}`)) return [];
        return [
          [
            `resource-r${who}`,
            whom % 2 === 0
              ? { type: 'ResourceActivated', activatedAt: at }
              : { type: 'ResourceDeactivated', deactivatedAt: at },
          ],
        ];
      case 'member':
        if (!seen.has(`${teamId} ${whom}`)) return [];
        return [
          [
            `team-${teamId}`,
            memberEventOf(`m${who}${whom}`, `u${whom}`, text, at, () => seen.delete(`${teamId} ${whom}`)),
          ],
        ];
      case 'policy':
        if (!seen.has(teamId)) return [];
        return [
          [
            `team-${teamId}`,
            {
              type: 'TeamPolicyChanged',
              ...defaultPolicy,
              resourceRequired: whom % 2 === 0,
              rotateEveryDays: whom % 2 === 0 ? 90 : null,
              changedAt: at,
            },
          ],
        ];
      case 'project':
        return seen.has(teamId) ? [[`team-${teamId}`, projectEventOf(`p${who}`, whom, text, at)]] : [];
      case 'profile':
        return [[`profile-b${who}`, profileEventOf(`b${who}`, first(`b${who}`), whom, text, at)]];
      case 'service':
        if (first(`s${who}`)) return [[`service-s${who}`, serviceOf(`s${who}`, text, at)]];
        return [[`service-s${who}`, serviceChangeOf(whom, text, at)]];
      case 'wallet':
        if (first(`w${who}`)) {
          const walletId = `w${who}`;
          const opened = { walletId, teamId: `t${whom}`, name: text, currency: 'USD', openedAt: at } as const;
          return [[`wallet-w${who}`, { type: 'WalletOpened', ...opened }]];
        }
        return [[`wallet-w${who}`, walletChangeOf(whom, text, second, at)]];
      case 'use':
        return [
          [
            `uses-${whom}-2026-11-21`,
            {
              type: 'KeyUsesRecorded',
              rows: [
                use({ keyId, secretId: `s${who}`, count: whom + 1, lastAt: at }),
                { ...used, keyId, tokenId: `token-${who}-${whom}`, lastAt: at },
                use({ keyId: `k${whom}`, secretId: `s${whom}`, code: whom === 1 ? 'EXPIRED' : 'VALID' }),
              ],
            },
          ],
        ];
    }
  }

  return async (happening) => {
    second += 1;
    for (const [stream, event] of eventsOf(happening)) {
      await append(stream, event, { recordedAt: instant(second), teamId: `t${happening.who}` });
    }
  };
}

/** @param disable is told when the key has it no more */
function enablingOf(
  serviceId: string,
  text: string,
  at: string,
  isFirst: boolean,
  disable: () => void,
): KeyEvent {
  const paid = { serviceId, billingPolicy: 'pay_as_you_go', models: [text, 'noor'], walletId: 'w1' } as const;
  if (isFirst) return { type: 'ServiceEnabled', ...paid, enabledAt: at };
  if (text.length % 2 === 0) {
    const free = { serviceId, billingPolicy: 'free', models: null, walletId: null } as const;
    return { type: 'ServicePolicyChanged', ...free, changedAt: at };
  }
  disable();
  return { type: 'ServiceDisabled', serviceId, disabledAt: at };
}

const used = { code: 'VALID', count: 1, firstAt: instant(0) } as const;
function noticeOf(whom: number, causeId: string) {
  if (whom === 0) return { notice: 'expiring', causeId, days: 7 } as const;
  return { notice: whom === 1 ? 'rotation_due' : 'key_issued', causeId } as const;
}

function serviceOf(serviceId: string, name: string, registeredAt: string): ServiceEvent {
  const billingPolicies = ['pay_as_you_go', 'invoiced'] as const;
  const fields = { serviceId, name, free: false, currency: 'USD', billingPolicies, registeredAt };
  return { type: 'ServiceRegistered', ...fields };
}

function serviceChangeOf(whom: number, model: string, at: string): ServiceEvent {
  if (whom === 0) return { type: 'ServiceRetired', retiredAt: at };
  const prices = [{ model, unit: 'images', amountMicros: whom, perUnits: 1 }];
  return { type: 'ServicePriced', priceVersion: whom, models: [model, 'noor'], prices, pricedAt: at };
}

function walletChangeOf(whom: number, text: string, second: number, at: string): WalletEvent {
  const amounts = { amountMicros: 2 ** 50 + whom, balanceMicros: 2 ** 52 + second };
  if (whom === 0) return { type: 'WalletToppedUp', ...amounts, reference: text, toppedUpAt: at };
  return {
    type: 'WalletDebited',
    usageId: `usage-${second}`,
    keyId: `k${whom}`,
    serviceId: `s${whom}`,
    model: text,
    quantities: [{ unit: 'images', quantity: whom }],
    ...(whom % 2 === 0 && { occurredAt: at }),
    priceVersion: whom,
    ...amounts,
    shortfallMicros: whom,
    debitedAt: at,
  };
}

/** @param leave is told when they are no member any more */
function memberEventOf(
  membershipId: string,
  userId: string,
  text: string,
  at: string,
  leave: () => void,
): MemberEvent {
  if (text.length % 3 === 0) {
    leave();
    return { type: 'MemberRemoved', membershipId, userId, removedAt: at };
  }
  const until = text.length % 2 === 0 ? { until: at } : {};
  return { type: 'MemberRoleChanged', membershipId, userId, role: 'AUDITOR', ...until, changedAt: at };
}

function projectEventOf(projectId: string, whom: number, text: string, at: string): ProjectEvent {
  if (whom === 0) return { type: 'ProjectRenamed', projectId, name: text, renamedAt: at };
  return whom % 2 === 0
    ? { type: 'ProjectRestored', projectId, restoredAt: at }
    : { type: 'ProjectArchived', projectId, archivedAt: at };
}

function profileEventOf(
  profileId: string,
  isFirst: boolean,
  whom: number,
  text: string,
  at: string,
): ProfileEvent {
  const settings = { [text]: [text, whom] };
  if (isFirst) {
    const teamId = `t${whom}`;
    return { type: 'BiasProfileCreated', profileId, teamId, name: text, settings, createdAt: at };
  }
  if (whom === 0) return { type: 'BiasProfileArchived', archivedAt: at };
  return { type: 'BiasProfileUpdated', ...(whom % 2 === 0 ? { name: text } : { settings }), updatedAt: at };
}

function changeOf(whom: number, text: string, changedAt: string): KeyEvent {
  const changes: KeyEvent[] = [
    { type: 'ScopesChanged', scopes: ['inference'], changedAt },
    { type: 'RoleChanged', role: 'admin', changedAt },
    { type: 'BiasProfileChanged', biasProfileId: text, changedAt },
    { type: 'ExpiryChanged', expiresAt: instant(whom), changedAt },
    { type: 'AllowedIpsChanged', allowedIps: [text], changedAt },
  ];
  return changes[whom] ?? { type: 'AllowedOriginsChanged', allowedOrigins: [text], changedAt };
}
