import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { projectsOfTeam } from '../../../projections/team/queries.js';
import { authorize } from '../authorize.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import { seesProject } from './find-project.js';
import type { ProjectView } from './get-project.js';

/** The projects of the caller's team in the order of their making; a key, unless it is public, sees its own. */
export class ListProjectsQuery extends Query<Result<readonly ProjectView[]>> {
  constructor(readonly principal: Principal) {
    super();
  }
}

@QueryHandler(ListProjectsQuery)
export class ListProjectsHandler implements IQueryHandler<ListProjectsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal }: ListProjectsQuery): Promise<Result<readonly ProjectView[]>> {
    const verdict = authorize(principal, 'projects.read');
    if (verdict !== 'allowed') return denied(verdict);
    const projects = await projectsOfTeam(this.parts.readDb, principal.teamId);
    return done(projects.filter(({ id }) => seesProject(principal, id)));
  }
}
