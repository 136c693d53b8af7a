import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listProfiles } from '../../../projections/profiles/queries.js';
import type { ProfileStatus } from '../../domain/profile/state.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { ProfileView } from './get-profile.js';

/** The last bias profile of a page: where the next one goes on. */
export interface ProfilePlace {
  readonly createdAt: string;
  readonly id: string;
}

export interface ListProfilesRequest {
  readonly status?: ProfileStatus;
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: ProfilePlace;
}

type ProfilePage = Page<ProfileView, ProfilePlace>;

/** The bias profiles of the principal's team, newest first. */
export class ListProfilesQuery extends Query<Result<ProfilePage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListProfilesRequest,
  ) {
    super();
  }
}

@QueryHandler(ListProfilesQuery)
export class ListProfilesHandler implements IQueryHandler<ListProfilesQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListProfilesQuery): Promise<Result<ProfilePage>> {
    const verdict = authorize(principal, 'profiles.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { teamId } = principal;
    const { limit } = request;
    const rows = await listProfiles(this.parts.readDb, { ...request, teamId, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt, id })));
  }
}
