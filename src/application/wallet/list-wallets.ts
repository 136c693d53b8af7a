import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listWallets } from '../../../projections/wallets/queries.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { WalletView } from './get-wallet.js';

/** The last wallet of a page: where the next one goes on. */
export interface WalletPlace {
  readonly openedAt: string;
  readonly id: string;
}

export interface ListWalletsRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: WalletPlace;
}

type WalletPage = Page<WalletView, WalletPlace>;

/** The wallets of the principal's team, newest first. */
export class ListWalletsQuery extends Query<Result<WalletPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListWalletsRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWalletsQuery)
export class ListWalletsHandler implements IQueryHandler<ListWalletsQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListWalletsQuery): Promise<Result<WalletPage>> {
    const verdict = authorize(principal, 'wallets.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { teamId } = principal;
    const { limit } = request;
    const rows = await listWallets(this.parts.readDb, { ...request, teamId, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ openedAt, id }) => ({ openedAt, id })));
  }
}
