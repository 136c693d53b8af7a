import { specOf } from '../../../test/support/given.js';
import { formatSecret } from '../access/secret.js';
import type { InviteMember, JoinTeam, WithdrawInvitation } from './commands.js';
import { decide } from './decide.js';
import type { MemberInvited, TeamEvent } from './events.js';
import { evolve } from './state.js';

const given = specOf({ evolve, decide });

const at = '2026-01-01T00:00:00.000Z';
const expiresAt = '2026-01-08T00:00:00.000Z';
const founded: TeamEvent[] = [
  { type: 'TeamCreated', teamId: 't1', name: 'Engines', createdAt: at },
  { type: 'MemberJoined', membershipId: 'm1', userId: 'u1', role: 'OWNER', joinedAt: at },
];
const admin: TeamEvent = {
  type: 'MemberJoined',
  membershipId: 'm3',
  userId: 'u3',
  role: 'ADMIN',
  joinedAt: at,
};
const fields = {
  membershipId: 'i1',
  email: 'grace@example.com',
  role: 'USER',
  tokenDigest: 'digest',
  expiresAt,
} as const;
const invite = (changes: Partial<InviteMember> = {}): InviteMember => ({
  type: 'InviteMember',
  ...fields,
  by: 'u1',
  at,
  ...changes,
});
const invited = (changes: Partial<MemberInvited> = {}): MemberInvited => ({
  type: 'MemberInvited',
  ...fields,
  invitedAt: at,
  ...changes,
});
const join = (changes: Partial<JoinTeam> = {}): JoinTeam => ({
  type: 'JoinTeam',
  membershipId: 'i1',
  userId: 'u2',
  email: 'grace@example.com',
  at,
  ...changes,
});
const withdraw: WithdrawInvitation = { type: 'WithdrawInvitation', membershipId: 'i1', by: 'u1', at };
const joined = {
  type: 'MemberJoined',
  membershipId: 'i1',
  userId: 'u2',
  role: 'USER',
  joinedAt: at,
} as const;
const withdrawn = { type: 'MemberRemoved', membershipId: 'i1', removedAt: at } as const;
const gone = { code: 'invitation.not_found', field: 'invitation' };

describe('an invitation', () => {
  it('is made once, and an owner is invited by an owner', () => {
    expect(given(...founded).when(invite())).toEqual([invited()]);
    expect(given(...founded, invited()).when(invite())).toEqual([]);
    expect(given(...founded).when(invite({ role: 'OWNER' }))).toEqual([invited({ role: 'OWNER' })]);
    const refusal = { code: 'right.missing' };
    expect(given(...founded, admin).when(invite({ role: 'OWNER', by: 'u3' }))).toEqual(refusal);
    expect(given(...founded, admin).when(invite({ by: 'u3' }))).toEqual([invited()]);
    expect(given(...founded).when(invite({ by: 'u3' }))).toEqual(refusal);
  });

  it('is until a date for auditors only', () => {
    const until = '2026-06-01T00:00:00.000Z';
    const auditing = invited({ role: 'AUDITOR', until });
    expect(given(...founded).when(invite({ role: 'AUDITOR', until }))).toEqual([auditing]);
    expect(given(...founded, auditing).when(join())).toEqual([{ ...joined, role: 'AUDITOR', until }]);
    expect(given(...founded).when(invite({ until }))).toEqual({
      code: 'member.until_needs_auditor',
      field: 'until',
    });
    const soon = '2026-01-02T00:00:00.000Z';
    const over = invited({ role: 'AUDITOR', until: soon });
    expect(given(...founded, over).when(join({ at: soon }))).toEqual(gone);
  });

  it('lets one join, once', () => {
    expect(given(...founded, invited()).when(join())).toEqual([joined]);
    expect(given(...founded, invited(), joined).when(join())).toEqual([]);
    expect(given(...founded, invited(), joined).when(join({ userId: 'u3' }))).toEqual(gone);
    expect(given(...founded).when(join())).toEqual(gone);
  });

  it('is for the address that it names', () => {
    expect(given(...founded, invited()).when(join({ email: 'eve@example.com' }))).toEqual({
      code: 'invitation.for_another',
      field: 'invitation',
    });
  });

  it('is for somebody who is not in the team, or no longer', () => {
    const before = { ...joined, membershipId: 'm2' };
    expect(given(...founded, before, invited()).when(join())).toEqual({
      code: 'invitation.for_member',
      field: 'invitation',
    });
    const ended = { ...before, role: 'AUDITOR', until: at } as const;
    expect(given(...founded, ended, invited()).when(join())).toEqual([joined]);
    const removed = { ...withdrawn, membershipId: 'm2', userId: 'u2' };
    expect(given(...founded, before, invited(), removed).when(join())).toEqual([joined]);
  });

  it('expires at its instant', () => {
    const justBefore = '2026-01-07T23:59:59.999Z';
    expect(given(...founded, invited()).when(join({ at: justBefore }))).toEqual([
      { ...joined, joinedAt: justBefore },
    ]);
    expect(given(...founded, invited()).when(join({ at: expiresAt }))).toEqual(gone);
    expect(given(...founded, invited()).when({ ...withdraw, at: expiresAt })).toEqual({
      code: 'invitation.not_found',
    });
    const later = invited({
      membershipId: 'i2',
      invitedAt: expiresAt,
      expiresAt: '2026-02-01T00:00:00.000Z',
    });
    const team = [...founded, invited(), later].reduce(evolve, undefined);
    expect(team?.invitations.map(({ membershipId }) => membershipId)).toEqual(['i2']);
  });

  it('is withdrawn, and lets nobody join any more', () => {
    expect(given(...founded, invited()).when(withdraw)).toEqual([withdrawn]);
    expect(given(...founded, invited(), withdrawn).when(withdraw)).toEqual({ code: 'invitation.not_found' });
    expect(given(...founded, invited(), withdrawn).when(join())).toEqual(gone);
    const ofOwner = [...founded, admin, invited({ role: 'OWNER' })];
    expect(given(...ofOwner).when({ ...withdraw, by: 'u3' })).toEqual({ code: 'right.missing' });
  });

  it('has no secret in its address', () => {
    const email = `${formatSecret('cks', new Uint8Array(32).fill(7))}@example.com`;
    expect(given(...founded).when(invite({ email }))).toEqual({
      code: 'field.contains_secret',
      field: 'email',
    });
  });
});
