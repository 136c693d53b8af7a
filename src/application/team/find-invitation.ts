import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { teamStream } from '../../domain/team/events.js';
import { openInvitation } from '../../domain/team/invitations.js';
import type { Invitation, Team } from '../../domain/team/state.js';
import { sha256 } from '../../platform/random.js';
import { teamDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import { done, type Result, refuse } from '../result.js';
import { readInvitationToken } from './invitation-token.js';

export interface FoundInvitation {
  readonly team: Team;
  readonly invitation: Invitation;
}

/** The invitation that a token is for, while somebody could still join by it. */
export async function findInvitation(
  { executor, clock }: Parts,
  token: string,
): Promise<Result<FoundInvitation>> {
  const place = readInvitationToken(token);
  const team = place && (await executor.load(teamDecider, teamStream(place.teamId))).state;
  const at = clock.now().toISOString();
  const invitation = team && openInvitation(team, place.membershipId, at);
  const isSent = team && invitation?.tokenDigest === sha256(token);
  return isSent ? done({ team, invitation }) : refuse('invitation.not_found', 'invitation');
}

/** The same, for those who need to know before they do something: it may be gone a moment later. */
export class FindInvitationQuery extends Query<Result<FoundInvitation>> {
  constructor(readonly token: string) {
    super();
  }
}

@QueryHandler(FindInvitationQuery)
export class FindInvitationHandler implements IQueryHandler<FindInvitationQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ token }: FindInvitationQuery): Promise<Result<FoundInvitation>> {
    return findInvitation(this.parts, token);
  }
}
