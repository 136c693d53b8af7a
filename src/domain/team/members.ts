import { type Decision, happened, nothing, refused } from '../decision.js';
import type { ChangeMember, RemoveMember } from './commands.js';
import type { Role, TeamEvent } from './events.js';
import type { Member, Team } from './state.js';

type TeamDecision = Decision<TeamEvent>;

/** Only an auditor's membership ends by itself: with another role it begins to last. */
export function changeMember(team: Team, command: ChangeMember): TeamDecision {
  const { userId, role, by, at } = command;
  const member = memberOf(team, userId);
  if (!member) return refused('member.not_found');
  if (!manages(team, by, [member.role, role], at)) return refused('right.missing');
  if (endsWrongly(command)) return refused('member.until_needs_auditor', 'until');
  const { until = member.until } = role === 'AUDITOR' ? command : { until: null };
  if (role === member.role && until === member.until) return nothing;
  if (role !== 'OWNER' && isLastOwner(team, member, at)) return refused('member.last_owner');
  return happened({
    type: 'MemberRoleChanged',
    membershipId: member.membershipId,
    userId,
    role,
    ...(until !== member.until && { until }),
    changedAt: at,
  });
}

/** Of somebody else or, by whoever leaves, of themselves. */
export function removeMember(team: Team, { userId, by, at }: RemoveMember): TeamDecision {
  const member = memberOf(team, userId);
  if (!member) return refused('member.not_found');
  if (by !== userId && !manages(team, by, [member.role], at)) return refused('right.missing');
  if (isLastOwner(team, member, at)) return refused('member.last_owner');
  return happened({ type: 'MemberRemoved', membershipId: member.membershipId, userId, removedAt: at });
}

/**
 * Whether somebody manages members with these roles, as the team is now: who asked at the moment at which they were
 * demoted or removed does not. Owners are for owners to make and to change.
 */
export function manages(team: Team, userId: string, roles: readonly Role[], at: string): boolean {
  const member = memberOf(team, userId);
  if (!member || hasEnded(member, at)) return false;
  return member.role === 'OWNER' || (member.role === 'ADMIN' && !roles.includes('OWNER'));
}

/** Whether a membership is given an end that it cannot have. */
export function endsWrongly({
  role,
  until,
}: {
  readonly role: Role;
  readonly until?: string | null;
}): boolean {
  return role !== 'AUDITOR' && until !== undefined && until !== null;
}

export function memberOf({ members }: Team, userId: string): Member | undefined {
  return members.find((one) => one.userId === userId);
}

/** Without an owner nobody could ever make one again. */
function isLastOwner({ members }: Team, { userId, role }: Member, at: string): boolean {
  const isOwner = (one: Member) => one.role === 'OWNER' && !hasEnded(one, at);
  return role === 'OWNER' && !members.some((one) => one.userId !== userId && isOwner(one));
}

/** At the very instant a membership has ended. */
export function hasEnded({ until }: Pick<Member, 'until'>, at: string): boolean {
  return until !== null && at >= until;
}
