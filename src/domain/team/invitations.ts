import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import type { InviteMember, JoinTeam, WithdrawInvitation } from './commands.js';
import type { TeamEvent } from './events.js';
import { endsWrongly, hasEnded, manages, memberOf } from './members.js';
import { isAddressAllowed } from './policy.js';
import type { Invitation, Team } from './state.js';

type TeamDecision = Decision<TeamEvent>;

/** The id is the caller's: an invitation that is there already was made by an earlier try of the same command. */
export function invite(team: Team, command: InviteMember): TeamDecision {
  const { membershipId, email, role, until, tokenDigest, expiresAt, by, at } = command;
  if (team.invitations.some((one) => one.membershipId === membershipId)) return nothing;
  if (!manages(team, by, [role], at)) return refused('right.missing');
  if (endsWrongly(command)) return refused('member.until_needs_auditor', 'until');
  if (!isAddressAllowed(team.policy, email)) return refused('invitation.domain_not_allowed', 'email');
  const fault = faultOf({ email });
  if (fault) return refused(fault.code, fault.field);
  return happened({
    type: 'MemberInvited',
    membershipId,
    email,
    role,
    ...(until !== undefined && { until }),
    tokenDigest,
    expiresAt,
    invitedAt: at,
  });
}

export function withdraw(team: Team, { membershipId, by, at }: WithdrawInvitation): TeamDecision {
  const invitation = openInvitation(team, membershipId, at);
  if (!invitation) return refused('invitation.not_found');
  if (!manages(team, by, [invitation.role], at)) return refused('right.missing');
  return happened({ type: 'MemberRemoved', membershipId, removedAt: at });
}

/** An invitation is for the address that it names, and for one who is not in the team. */
export function join(team: Team, { membershipId, userId, email, at }: JoinTeam): TeamDecision {
  const member = memberOf(team, userId);
  if (member?.membershipId === membershipId) return nothing;
  const invitation = openInvitation(team, membershipId, at);
  if (!invitation) return refused('invitation.not_found', 'invitation');
  if (invitation.email !== email) return refused('invitation.for_another', 'invitation');
  if (member && !hasEnded(member, at)) return refused('invitation.for_member', 'invitation');
  const { role, until } = invitation;
  return happened({
    type: 'MemberJoined',
    membershipId,
    userId,
    role,
    ...(until !== null && { until }),
    joinedAt: at,
  });
}

/** One that somebody could still join by, to a membership that would not be over already. */
export function openInvitation(team: Team, membershipId: string, at: string): Invitation | undefined {
  return openInvitations(team, at).find((one) => one.membershipId === membershipId);
}

export function openInvitations({ invitations }: Team, at: string): readonly Invitation[] {
  return invitations.filter((one) => at < one.expiresAt && !hasEnded(one, at));
}
