import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type ProfileRow, profileRows } from '../../../projections/profiles/table.js';
import { profileStream } from '../../domain/profile/events.js';
import { foldRow } from '../fold-row.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findProfile } from './find-profile.js';

/** A bias profile as whoever may read it sees it: the row of the read model. */
export type ProfileView = ProfileRow;

/** One bias profile, read from the log itself: what was acknowledged is always in it. */
export class GetProfileQuery extends Query<Result<ProfileView>> {
  constructor(
    readonly principal: Principal,
    readonly profileId: string,
  ) {
    super();
  }
}

@QueryHandler(GetProfileQuery)
export class GetProfileHandler implements IQueryHandler<GetProfileQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, profileId }: GetProfileQuery): Promise<Result<ProfileView>> {
    const found = await findProfile(this.parts, principal, 'profiles.read', profileId);
    if (!found.ok) return found;
    const row = await foldRow(this.parts.ledger, profileRows, profileStream(profileId));
    return row ? done(row) : refuse('profile.not_found');
  }
}
