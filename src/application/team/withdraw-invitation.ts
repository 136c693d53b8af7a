import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { type Result, refuse } from '../result.js';
import { runTeamCommand } from './run-command.js';

/** Nobody joins by the invitation any more. Those who do not see the members of the team do not see it either. */
export class WithdrawInvitationCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly invitationId: string,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(WithdrawInvitationCommand)
export class WithdrawInvitationHandler implements ICommandHandler<WithdrawInvitationCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: WithdrawInvitationCommand): Promise<Result<WriteReceipt>> {
    const { principal, invitationId: membershipId, context, expectedRevision } = asked;
    if (authorize(principal, 'members.read') !== 'allowed') return refuse('invitation.not_found');
    const mayWithdraw = authorize(principal, 'members.manage') === 'allowed';
    const at = this.parts.clock.now().toISOString();
    const { teamId } = principal;
    return mayWithdraw
      ? runTeamCommand(this.parts, {
          teamId,
          context,
          expectedRevision,
          revisionOf: ({ invitations }) =>
            invitations.find((one) => one.membershipId === membershipId)?.revision,
          command: { type: 'WithdrawInvitation', membershipId, by: context.actor.id, at },
        })
      : refuse('right.missing');
  }
}
