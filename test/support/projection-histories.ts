import fc from 'fast-check';
import type { DomainEvent } from '../../src/domain/recorded.js';
import { instant, keyCreated, use } from './projection-events.js';
import type { House } from './projection-house.js';

/** One thing that may happen next. Numbers choose whom it happens to. */
export interface Happening {
  readonly kind: 'sign up' | 'join' | 'create' | 'assign' | 'revoke' | 'use';
  readonly who: number;
  readonly whom: number;
  readonly text: string;
}

/** Few people and keys, so that much happens to each; any text that the API lets through. */
export const histories = (maxLength: number): fc.Arbitrary<Happening[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom('sign up', 'join', 'create', 'assign', 'revoke', 'use'),
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
  let second = 0;

  function first(name: string): boolean {
    return !seen.has(name) && Boolean(seen.add(name));
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
          [`key-${keyId}`, keyCreated({ keyId, teamId: `t${whom}`, name: text, notes: text, createdAt: at })],
        ];
      case 'assign':
        if (!seen.has(keyId) || !first(`${keyId} ${whom}`)) return [];
        return [[`key-${keyId}`, { type: 'UserAssigned', userId: `u${whom}`, assignedAt: at }]];
      case 'revoke':
        if (!seen.has(keyId) || !first(`${keyId} revoked`)) return [];
        return [[`key-${keyId}`, { type: 'KeyRevoked', reason: 'superseded', comment: text, revokedAt: at }]];
      case 'use':
        return [
          [
            `uses-${whom}-2026-11-21`,
            {
              type: 'KeyUsesRecorded',
              rows: [
                use({ keyId, secretId: `s${who}`, count: whom + 1, lastAt: at }),
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
