import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { projectsOfTeam } from '../../../projections/team/queries.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { ProjectView } from './get-project.js';

/** The last project of a page: where the next one goes on. */
export interface ProjectPlace {
  readonly createdAt: string;
  readonly id: string;
}

export interface ListProjectsRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: ProjectPlace;
}

type ProjectPage = Page<ProjectView, ProjectPlace>;

/** The projects of the caller's team, newest first; a key sees the one that it acts in. */
export class ListProjectsQuery extends Query<Result<ProjectPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListProjectsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListProjectsQuery)
export class ListProjectsHandler implements IQueryHandler<ListProjectsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListProjectsQuery): Promise<Result<ProjectPage>> {
    const verdict = authorize(principal, 'projects.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { teamId } = principal;
    const { limit } = request;
    const own = principal.type === 'key' && { projectId: principal.access.projectId };
    const rows = await projectsOfTeam(this.parts.readDb, { ...request, ...own, teamId, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id })));
  }
}
