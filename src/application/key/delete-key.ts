import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mayWiden } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type Result, refuse } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { runKeyCommand } from './run-command.js';

/** The key is gone, for everybody but those who audit. */
export class DeleteKeyCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(DeleteKeyCommand)
export class DeleteKeyHandler implements ICommandHandler<DeleteKeyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: DeleteKeyCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, principal, 'keys.delete', keyId);
    if (!target.ok) return target;
    // Others may end a personal token by revoking it; to take it out of its user's sight is the user's.
    if (!mayWiden(principal, target.value)) return refuse('key.only_its_user');
    const at = this.parts.clock.now().toISOString();
    const command = { type: 'DeleteKey', at } as const;
    return runKeyCommand(this.parts, { keyId, context, expectedRevision, command });
  }
}
