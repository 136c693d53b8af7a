import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { teamsOfUser } from '../../../projections/team/queries.js';
import type { Role } from '../../domain/team/events.js';
import { PARTS, type Parts } from '../parts.js';

export interface Membership {
  /** Of the team. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** The teams a user is in at the moment, the one joined first before the others. */
export class GetMembershipsQuery extends Query<readonly Membership[]> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(GetMembershipsQuery)
export class GetMembershipsHandler implements IQueryHandler<GetMembershipsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ userId }: GetMembershipsQuery): Promise<readonly Membership[]> {
    const at = this.parts.clock.now().toISOString();
    const teams = await teamsOfUser(this.parts.readDb, userId);
    return teams
      .filter(({ until }) => until === null || at < until)
      .map(({ id, name, role }) => ({ id, name, role }));
  }
}
