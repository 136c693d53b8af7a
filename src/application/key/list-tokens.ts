import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result } from '../result.js';
import { findTarget } from './find-target.js';
import { seesToken } from './find-token.js';
import { showTokens, type TokenView } from './token-view.js';

/** The tokens of a key that the principal may see, the oldest first. */
export class ListTokensQuery extends Query<Result<readonly TokenView[]>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
  ) {
    super();
  }
}

@QueryHandler(ListTokensQuery)
export class ListTokensHandler implements IQueryHandler<ListTokensQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, keyId }: ListTokensQuery): Promise<Result<readonly TokenView[]>> {
    const target = await findTarget(this.parts, principal, 'tokens.read', keyId);
    if (!target.ok) return target;
    const tokens = await showTokens(this.parts, principal.teamId, keyId);
    return done(tokens.filter(({ id, userId }) => seesToken(principal, { tokenId: id, userId })));
  }
}
