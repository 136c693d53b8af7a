import { specOf } from '../../../test/support/given.js';
import { decide } from './decide.js';
import type { Role, TeamEvent } from './events.js';
import { defaultPolicy, isAddressAllowed, isNameAllowed, missingField, type TeamPolicy } from './policy.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-03-01T00:00:00.000Z';
const founded: TeamEvent[] = [
  { type: 'TeamCreated', teamId: 't1', name: 'Engines', createdAt: at },
  { type: 'MemberJoined', membershipId: 'm1', userId: 'u1', role: 'OWNER', joinedAt: at },
];
const changed = (changes: Partial<TeamPolicy>): TeamEvent => ({
  type: 'TeamPolicyChanged',
  ...defaultPolicy,
  ...changes,
  changedAt: at,
});
const change = (changes: Partial<TeamPolicy>) => ({ type: 'ChangePolicy', changes, by: 'u1', at }) as const;

describe('the policy of a team', () => {
  it('stands in one event, what changed and what did not', () => {
    expect(given(...founded).when(change({ nameStyle: 'identifier' }))).toEqual([
      changed({ nameStyle: 'identifier' }),
    ]);
    expect(
      given(...founded, changed({ nameStyle: 'identifier' })).when(change({ rotateEveryDays: 90 })),
    ).toEqual([changed({ nameStyle: 'identifier', rotateEveryDays: 90 })]);
  });

  it('is cleared by null, and a repeat makes no event', () => {
    const history = [...founded, changed({ rotateEveryDays: 90 })];
    expect(given(...history).when(change({ rotateEveryDays: null }))).toEqual([changed({})]);
    expect(given(...history).when(change({ rotateEveryDays: 90 }))).toEqual([]);
    expect(given(...founded).when(change({ ...defaultPolicy }))).toEqual([]);
    const undefinedOnes = { requiredFields: undefined } as unknown as Partial<TeamPolicy>;
    expect(given(...founded).when(change(undefinedOnes))).toEqual([]);
  });

  it('is changed by those alone who may at the very moment', () => {
    const refusal = { code: 'right.missing' };
    const byOther = { ...change({ rotateEveryDays: 90 }), by: 'u2' };
    const joined = (role: Role, until?: string): TeamEvent => ({
      type: 'MemberJoined',
      membershipId: 'm2',
      userId: 'u2',
      role,
      ...(until !== undefined && { until }),
      joinedAt: at,
    });
    const removed: TeamEvent = { type: 'MemberRemoved', membershipId: 'm2', userId: 'u2', removedAt: at };
    for (const before of [[], [joined('USER')], [joined('AUDITOR')], [joined('ADMIN'), removed]]) {
      expect(given(...founded, ...before).when(byOther)).toEqual(refusal);
    }
    expect(given(...founded, joined('ADMIN')).when(byOther)).toEqual([changed({ rotateEveryDays: 90 })]);
  });

  it('gives no key a longer life by default than at most', () => {
    const refusal = { code: 'policy.default_exceeds_max', field: 'defaultExpiresInDays' };
    expect(given(...founded).when(change({ defaultExpiresInDays: 31, maxExpiresInDays: 30 }))).toEqual(
      refusal,
    );
    const history = [...founded, changed({ defaultExpiresInDays: 31 })];
    expect(given(...history).when(change({ maxExpiresInDays: 30 }))).toEqual(refusal);
    expect(given(...history).when(change({ maxExpiresInDays: 31 }))).toMatchObject([
      { maxExpiresInDays: 31 },
    ]);
  });

  it('invites only addresses of its domains', () => {
    const invite = (email: string) =>
      ({
        type: 'InviteMember',
        membershipId: 'm2',
        email,
        role: 'USER',
        tokenDigest: 'digest',
        expiresAt: '2026-03-08T00:00:00.000Z',
        by: 'u1',
        at,
      }) as const;
    const history = [...founded, changed({ allowedMailDomains: ['example.com'] })];
    expect(given(...history).when(invite('ada@example.com'))).toMatchObject([{ type: 'MemberInvited' }]);
    expect(given(...history).when(invite('ada@example.com.evil.example'))).toEqual({
      code: 'invitation.domain_not_allowed',
      field: 'email',
    });
  });

  it.each([
    [null, 'ada@anywhere.example', true],
    [[], 'ada@example.com', false],
    [['example.com'], 'ada@EXAMPLE.com', true],
    [['example.com'], 'ada@sub.example.com', false],
    [['example.com'], '"a@example.com"@evil.example', false],
  ])('of domains %j allows %s: %s', (allowedMailDomains, email, isAllowed) => {
    expect(isAddressAllowed({ ...defaultPolicy, allowedMailDomains }, email)).toBe(isAllowed);
  });

  it.each([
    ['text', 'CI Pipeline', true],
    ['identifier', 'CI Pipeline', false],
    ['identifier', 'ci_pipeline-7', true],
    ['identifier', 'prüfung', false],
    ['identifier', 'line\n', false],
  ] as const)('of style %s takes the name %j: %s', (nameStyle, name, isAllowed) => {
    expect(isNameAllowed({ ...defaultPolicy, nameStyle }, name)).toBe(isAllowed);
  });

  it('names the first field that is missing; an empty text is none', () => {
    const policy: TeamPolicy = { ...defaultPolicy, requiredFields: ['department', 'appId'] };
    expect(missingField(policy, { department: 'Research', appId: 'app-7' })).toBeUndefined();
    expect(missingField(policy, { department: '', appId: 'app-7' })).toBe('department');
    expect(missingField(policy, { department: 'Research' })).toBe('appId');
    expect(missingField(defaultPolicy, {})).toBeUndefined();
  });
});
