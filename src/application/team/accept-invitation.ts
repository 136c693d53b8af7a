import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { findInvitation } from './find-invitation.js';
import { runTeamCommand } from './run-command.js';

/** Somebody with an account joins a team by the token of an invitation. */
export class AcceptInvitationCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly user: { readonly id: string; readonly email: string },
    readonly token: string,
    readonly context: Omit<CommandContext, 'actor' | 'teamId'>,
  ) {
    super();
  }
}

@CommandHandler(AcceptInvitationCommand)
export class AcceptInvitationHandler implements ICommandHandler<AcceptInvitationCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ user, token, context }: AcceptInvitationCommand): Promise<Result<WriteReceipt>> {
    const found = await findInvitation(this.parts, token);
    if (!found.ok) return found;
    const { team, invitation } = found.value;
    const { teamId } = team;
    const { membershipId, role } = invitation;
    const { id: userId, email } = user;
    return runTeamCommand(this.parts, {
      teamId,
      context: { ...context, actor: { type: 'user', id: userId, role }, teamId },
      command: { type: 'JoinTeam', membershipId, userId, email, at: this.parts.clock.now().toISOString() },
    });
  }
}
