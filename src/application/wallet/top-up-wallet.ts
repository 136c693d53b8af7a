import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { walletStream } from '../../domain/wallet/events.js';
import type { CommandContext } from '../context.js';
import { walletDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { type Result, refuse } from '../result.js';
import { findWallet } from './find-wallet.js';

export interface TopUpRequest {
  /** Millionths of the wallet's currency, at least 1. */
  readonly amountMicros: number;
  readonly reference: string;
}

/** Puts money into a wallet: what was paid somewhere else, as whoever says so answers for. */
export class TopUpWalletCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly walletId: string,
    readonly request: TopUpRequest,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(TopUpWalletCommand)
export class TopUpWalletHandler implements ICommandHandler<TopUpWalletCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: TopUpWalletCommand): Promise<Result<WriteReceipt>> {
    const { principal, walletId, request, context, expectedRevision } = asked;
    const found = await findWallet(this.parts, principal, 'wallets.topUp', walletId);
    if (!found.ok) return found;
    if (!this.parts.teamsTopUp && principal.type !== 'operator') return refuse('right.missing');
    const { amountMicros, reference } = request;
    const at = this.parts.clock.now().toISOString();
    const outcome = await this.parts.executor.execute({
      decider: walletDecider,
      stream: walletStream(walletId),
      context,
      ...(expectedRevision !== undefined && { expectedRevision }),
      command: { type: 'TopUpWallet', amountMicros, reference, at },
    });
    return settle(this.parts, outcome);
  }
}
