import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findMember } from './find-member.js';
import { type MemberView, showMembers } from './member-view.js';

/** One member, read from the log itself: what was acknowledged is always in it. */
export class GetMemberQuery extends Query<Result<MemberView>> {
  constructor(
    readonly principal: Principal,
    readonly userId: string,
  ) {
    super();
  }
}

@QueryHandler(GetMemberQuery)
export class GetMemberHandler implements IQueryHandler<GetMemberQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, userId }: GetMemberQuery): Promise<Result<MemberView>> {
    const found = await findMember(this.parts, principal, 'members.read', userId);
    if (!found.ok) return found;
    const [member] = await showMembers(this.parts, [found.value]);
    return member ? done(member) : refuse('member.not_found');
  }
}
