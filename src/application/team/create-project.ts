import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import { type Principal, personOf } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { denied, done, type Result } from '../result.js';
import { runTeamCommand } from './run-command.js';

export interface CreatedProject extends WriteReceipt {
  readonly projectId: string;
}

export class CreateProjectCommand extends Command<Result<CreatedProject>> {
  constructor(
    readonly principal: Principal,
    readonly name: string,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CreateProjectCommand)
export class CreateProjectHandler implements ICommandHandler<CreateProjectCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, name, context }: CreateProjectCommand): Promise<Result<CreatedProject>> {
    const verdict = authorize(principal, 'projects.create');
    if (verdict !== 'allowed') return denied(verdict);
    const { clock, newId } = this.parts;
    const projectId = newId();
    const receipt = await runTeamCommand(this.parts, {
      teamId: principal.teamId,
      context,
      command: {
        type: 'CreateProject',
        projectId,
        name,
        by: personOf(principal),
        at: clock.now().toISOString(),
      },
    });
    return receipt.ok ? done({ projectId, ...receipt.value }) : receipt;
  }
}
