import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type WalletRow, walletRows } from '../../../projections/wallets/table.js';
import { walletStream } from '../../domain/wallet/events.js';
import { readEnds } from '../ends.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findWallet } from './find-wallet.js';

/** A wallet as whoever may read it sees it: the row of the read model. */
export type WalletView = WalletRow;

/** One wallet, read from the log itself: what was acknowledged is always in it. */
export class GetWalletQuery extends Query<Result<WalletView>> {
  constructor(
    readonly principal: Principal,
    readonly walletId: string,
  ) {
    super();
  }
}

@QueryHandler(GetWalletQuery)
export class GetWalletHandler implements IQueryHandler<GetWalletQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, walletId }: GetWalletQuery): Promise<Result<WalletView>> {
    const found = await findWallet(this.parts, principal, 'wallets.read', walletId);
    if (!found.ok) return found;
    const ends = await readEnds(this.parts.ledger, walletStream(walletId));
    const row = ends.reduce<WalletView | undefined>(
      (seen, recorded) => walletRows.apply(seen, recorded, walletId, 0),
      undefined,
    );
    return row ? done(row) : refuse('wallet.not_found');
  }
}
