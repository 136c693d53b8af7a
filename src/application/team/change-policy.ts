import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { TeamPolicy } from '../../domain/team/policy.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { denied, type Result } from '../result.js';
import { runTeamCommand } from './run-command.js';

/** Changes what a team asks of its keys and people, from now on: keys that are there stay as they are. */
export class ChangePolicyCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    /** Absent is unchanged, lists are replaced whole. */
    readonly changes: Partial<TeamPolicy>,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangePolicyCommand)
export class ChangePolicyHandler implements ICommandHandler<ChangePolicyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: ChangePolicyCommand): Promise<Result<WriteReceipt>> {
    const { principal, changes, context, expectedRevision } = asked;
    const verdict = authorize(principal, 'policy.change');
    if (verdict !== 'allowed') return denied(verdict);
    return runTeamCommand(this.parts, {
      teamId: principal.teamId,
      context,
      expectedRevision,
      revisionOf: (team) => team.policyRevision,
      command: {
        type: 'ChangePolicy',
        changes,
        by: context.actor.id,
        at: this.parts.clock.now().toISOString(),
      },
    });
  }
}
