import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { teamStream } from '../../domain/team/events.js';
import type { TeamPolicy } from '../../domain/team/policy.js';
import { authorize } from '../authorize.js';
import { teamDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';

export interface TeamView {
  readonly id: string;
  readonly name: string;
  readonly policy: TeamPolicy;
  /** Of the team, at the last change of its policy: what its ETag is made of. */
  readonly revision: number;
}

/** The principal's team, from the log itself. */
export class GetTeamQuery extends Query<Result<TeamView>> {
  constructor(readonly principal: Principal) {
    super();
  }
}

@QueryHandler(GetTeamQuery)
export class GetTeamHandler implements IQueryHandler<GetTeamQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal }: GetTeamQuery): Promise<Result<TeamView>> {
    const verdict = authorize(principal, 'policy.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { state: team } = await this.parts.executor.load(teamDecider, teamStream(principal.teamId));
    if (!team) return refuse('team.not_found');
    const { teamId: id, name, policy, policyRevision: revision } = team;
    return done({ id, name, policy, revision });
  }
}
