import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { ProjectRow } from '../../../projections/team/table.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result } from '../result.js';
import { findProject } from './find-project.js';

/** A project as whoever may read it sees it: the row of the read model. */
export type ProjectView = ProjectRow;

/** One project, read from the log itself: what was acknowledged is always in it. */
export class GetProjectQuery extends Query<Result<ProjectView>> {
  constructor(
    readonly principal: Principal,
    readonly projectId: string,
  ) {
    super();
  }
}

@QueryHandler(GetProjectQuery)
export class GetProjectHandler implements IQueryHandler<GetProjectQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, projectId }: GetProjectQuery): Promise<Result<ProjectView>> {
    const found = await findProject(this.parts, principal, 'projects.read', projectId);
    if (!found.ok) return found;
    const { projectId: id, ...project } = found.value;
    return done({ id, teamId: principal.teamId, ...project });
  }
}
