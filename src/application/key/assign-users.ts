import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { Result } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { checkMembers } from './references.js';
import { runKeyCommand } from './run-command.js';

export interface AssignUsersRequest {
  /** Members of the team. */
  readonly userIds: readonly string[];
  /** Whether those who are assigned or not any more are to be told; absent: no. */
  readonly notify?: boolean;
}

/** Sets the whole list of a key's users. */
export class AssignUsersCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly request: AssignUsersRequest,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(AssignUsersCommand)
export class AssignUsersHandler implements ICommandHandler<AssignUsersCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: AssignUsersCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, request, context, expectedRevision } = asked;
    const { userIds, notify = false } = request;
    const target = await findTarget(this.parts, principal, 'keys.update', keyId);
    if (!target.ok) return target;
    const at = this.parts.clock.now().toISOString();
    const members = await checkMembers(this.parts, principal.teamId, userIds, at);
    if (!members.ok) return members;
    const command = { type: 'AssignUsers', userIds, notify, at } as const;
    return runKeyCommand(this.parts, { keyId, context, expectedRevision, command });
  }
}
