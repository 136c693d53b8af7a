import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { membersOfTeam } from '../../../projections/team/queries.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import { type MemberView, showMembers } from './member-view.js';

/** The last member of a page: where the next one goes on. */
export interface MemberPlace {
  readonly joinedAt: string;
  readonly userId: string;
}

export interface ListMembersRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: MemberPlace;
}

type MemberPage = Page<MemberView, MemberPlace>;

/** The members of the principal's team, who joined last first. */
export class ListMembersQuery extends Query<Result<MemberPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListMembersRequest,
  ) {
    super();
  }
}

@QueryHandler(ListMembersQuery)
export class ListMembersHandler implements IQueryHandler<ListMembersQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListMembersQuery): Promise<Result<MemberPage>> {
    const verdict = authorize(principal, 'members.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { teamId } = principal;
    const { limit } = request;
    const rows = await membersOfTeam(this.parts.readDb, { ...request, teamId, limit: limit + 1 });
    const { items, next } = pageOf(rows, limit, ({ joinedAt, userId }) => ({ joinedAt, userId }));
    return done({ items: await showMembers(this.parts, items), next });
  }
}
