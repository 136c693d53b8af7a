import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listTeams } from '../../../projections/team/queries.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';

/** A team as the list of all of them shows it. */
export interface ListedTeam {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

/** The last team of a page: where the next one goes on. */
export interface TeamPlace {
  readonly createdAt: string;
  readonly id: string;
}

export interface ListTeamsRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: TeamPlace;
}

type TeamPage = Page<ListedTeam, TeamPlace>;

/** The teams of the installation, newest first. */
export class ListTeamsQuery extends Query<Result<TeamPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListTeamsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListTeamsQuery)
export class ListTeamsHandler implements IQueryHandler<ListTeamsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListTeamsQuery): Promise<Result<TeamPage>> {
    const verdict = authorize(principal, 'teams.list');
    if (verdict !== 'allowed') return denied(verdict);
    const { limit } = request;
    const rows = await listTeams(this.parts.readDb, { ...request, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id })));
  }
}
