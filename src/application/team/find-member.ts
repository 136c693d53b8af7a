import { teamStream } from '../../domain/team/events.js';
import { memberOf } from '../../domain/team/members.js';
import type { Member } from '../../domain/team/state.js';
import { authorize } from '../authorize.js';
import { teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

type MemberOperation = 'members.read' | 'members.manage' | 'members.leave';

/** The member that somebody wants to read or change, if they may, from the log itself. */
export async function findMember(
  { executor }: Parts,
  principal: Principal,
  operation: MemberOperation,
  userId: string,
): Promise<Result<Member>> {
  const { state } = await executor.load(teamDecider, teamStream(principal.teamId));
  const member = state && memberOf(state, userId);
  const isAllowed = authorize(principal, operation) === 'allowed';
  const isSeen = isAllowed || authorize(principal, 'members.read') === 'allowed';
  if (!member || !isSeen) return refuse('member.not_found');
  return isAllowed ? done(member) : refuse('right.missing');
}
