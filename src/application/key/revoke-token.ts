import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RevocationReason } from '../../domain/key/events.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { Result } from '../result.js';
import { findToken, type TokenAim } from './find-token.js';
import type { KeyReceipt } from './receipt.js';
import { runKeyCommand } from './run-command.js';

/** Ends a token: by its user, by whoever manages the key, or by whoever holds it. */
export class RevokeTokenCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly aim: TokenAim,
    readonly request: { readonly reason?: RevocationReason; readonly comment?: string },
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RevokeTokenCommand)
export class RevokeTokenHandler implements ICommandHandler<RevokeTokenCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: RevokeTokenCommand): Promise<Result<KeyReceipt>> {
    const { principal, aim, request, context, expectedRevision } = asked;
    const found = await findToken(this.parts, principal, 'tokens.revoke', aim);
    if (!found.ok) return found;
    const { reason = 'unspecified', comment } = request;
    const { keyId, tokenId } = aim;
    const at = this.parts.clock.now().toISOString();
    return runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: { type: 'RevokeToken', tokenId, reason, ...(comment !== undefined && { comment }), at },
    });
  }
}
