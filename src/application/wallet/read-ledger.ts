import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { walletLedger } from '../../../projections/wallets/queries.js';
import type { EntryType, WalletEntry } from '../../domain/wallet/entry.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result } from '../result.js';
import { findWallet } from './find-wallet.js';

export interface ReadLedgerRequest {
  readonly type?: EntryType;
  /** 1 to 200. */
  readonly limit: number;
  /** The `revision` of the last entry of the page before. */
  readonly beforeRevision?: number;
}

type LedgerPage = Page<WalletEntry, number>;

/** What was put into a wallet and taken from it, newest first. */
export class ReadLedgerQuery extends Query<Result<LedgerPage>> {
  constructor(
    readonly principal: Principal,
    readonly walletId: string,
    readonly request: ReadLedgerRequest,
  ) {
    super();
  }
}

@QueryHandler(ReadLedgerQuery)
export class ReadLedgerHandler implements IQueryHandler<ReadLedgerQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, walletId, request }: ReadLedgerQuery): Promise<Result<LedgerPage>> {
    const found = await findWallet(this.parts, principal, 'wallets.read', walletId);
    if (!found.ok) return found;
    const { limit } = request;
    const rows = await walletLedger(this.parts.readDb, { ...request, walletId, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ revision }) => revision));
  }
}
