import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { authorize } from '../authorize.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { foldKey } from './fold-key.js';
import type { KeyView } from './key-view.js';
import { showKeys } from './show-keys.js';

/** One key, read from the log itself: what was acknowledged is always in it. */
export class GetKeyQuery extends Query<Result<KeyView>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
  ) {
    super();
  }
}

@QueryHandler(GetKeyQuery)
export class GetKeyHandler implements IQueryHandler<GetKeyQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, keyId }: GetKeyQuery): Promise<Result<KeyView>> {
    const row = await foldKey(this.parts.ledger, keyId);
    if (!row) return refuse('key.not_found');
    const verdict = authorize(principal, 'keys.read', { ...row, keyId });
    if (verdict !== 'allowed') return denied(verdict);
    const [view] = await showKeys(this.parts, principal, [row]);
    return view ? done(view) : refuse('key.not_found');
  }
}
