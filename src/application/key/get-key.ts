import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { authorize } from '../authorize.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import { foldKey } from './fold-key.js';
import type { KeyView } from './key-view.js';
import { type Moment, maySeePast, pastKey } from './past.js';
import { showKeys } from './show-keys.js';

/** One key, read from the log itself: what was acknowledged is always in it. */
export class GetKeyQuery extends Query<Result<KeyView>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    /** Absent: now. */
    readonly moment?: Moment,
  ) {
    super();
  }
}

@QueryHandler(GetKeyQuery)
export class GetKeyHandler implements IQueryHandler<GetKeyQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, keyId, moment }: GetKeyQuery): Promise<Result<KeyView>> {
    if (moment) return this.readPast(principal, keyId, moment);
    const row = await foldKey(this.parts.ledger, keyId);
    if (!row) return refuse('key.not_found');
    const verdict = authorize(principal, 'keys.read', { ...row, keyId });
    if (verdict !== 'allowed') return denied(verdict);
    const [view] = await showKeys(this.parts, principal, [row]);
    return view ? done(view) : refuse('key.not_found');
  }

  private async readPast(principal: Principal, keyId: string, moment: Moment): Promise<Result<KeyView>> {
    const past = await pastKey(this.parts, keyId, moment, this.parts.clock.now().toISOString());
    if (!past.ok) return past;
    const { then, at } = past.value;
    if (!then) return refuse('key.not_found');
    const verdict = maySeePast(principal, 'keys.read', past.value);
    if (!verdict.ok) return verdict;
    const [view] = await showKeys(this.parts, principal, [then], at);
    return view ? done(view) : refuse('key.not_found');
  }
}
