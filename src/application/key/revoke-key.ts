import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { keyStream, type RevocationReason } from '../../domain/key/events.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { keyDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, type Result, refuse } from '../result.js';
import { findTarget } from './find-target.js';
import { type KeyReceipt, receiptOf } from './receipt.js';

export class RevokeKeyCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly request: { readonly reason?: RevocationReason; readonly comment?: string },
    readonly context: CommandContext,
    readonly expectedRevision?: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RevokeKeyCommand)
export class RevokeKeyHandler implements ICommandHandler<RevokeKeyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: RevokeKeyCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, request, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, keyId);
    if (!target) return refuse('key.not_found');
    const verdict = authorize(principal, 'keys.revoke', target);
    if (verdict !== 'allowed') return denied(verdict);
    const { reason = 'unspecified', comment } = request;
    const at = this.parts.clock.now().toISOString();
    const outcome = await this.parts.executor.execute({
      decider: keyDecider,
      stream: keyStream(keyId),
      context,
      ...(expectedRevision !== undefined && { expectedRevision }),
      command: { type: 'RevokeKey', reason, ...(comment !== undefined && { comment }), at },
    });
    return receiptOf(this.parts, keyId, outcome);
  }
}
