import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RevocationReason } from '../../domain/key/events.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { Result } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { runKeyCommand } from './run-command.js';

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
    const target = await findTarget(this.parts, principal, 'keys.revoke', keyId);
    if (!target.ok) return target;
    const { reason = 'unspecified', comment } = request;
    const at = this.parts.clock.now().toISOString();
    return runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: { type: 'RevokeKey', reason, ...(comment !== undefined && { comment }), at },
    });
  }
}
