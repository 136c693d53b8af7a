import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { walletStream } from '../../domain/wallet/events.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { walletDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { denied, done, type Result } from '../result.js';

export interface OpenWalletRequest {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
}

export interface OpenedWallet extends WriteReceipt {
  readonly walletId: string;
}

export class OpenWalletCommand extends Command<Result<OpenedWallet>> {
  constructor(
    readonly principal: Principal,
    readonly request: OpenWalletRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(OpenWalletCommand)
export class OpenWalletHandler implements ICommandHandler<OpenWalletCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request, context }: OpenWalletCommand): Promise<Result<OpenedWallet>> {
    const { executor, clock, newId } = this.parts;
    const verdict = authorize(principal, 'wallets.open');
    if (verdict !== 'allowed') return denied(verdict);
    const walletId = newId();
    const { name, currency } = request;
    const { teamId } = principal;
    const at = clock.now().toISOString();
    const outcome = await executor.execute({
      decider: walletDecider,
      stream: walletStream(walletId),
      context,
      command: { type: 'OpenWallet', walletId, teamId, name, currency, at },
    });
    const settled = await settle(this.parts, outcome);
    return settled.ok ? done({ walletId, ...settled.value }) : settled;
  }
}
