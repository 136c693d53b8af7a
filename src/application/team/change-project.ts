import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ProjectStatus } from '../../domain/team/state.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import { type Principal, personOf } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { findProject } from './find-project.js';
import { runTeamCommand, type TeamCommandRun } from './run-command.js';

/** Who wants to change which project, and from where. */
export interface ProjectTask {
  readonly principal: Principal;
  readonly projectId: string;
  readonly context: CommandContext;
  /** If-Match. */
  readonly expectedRevision: number | undefined;
}

export class RenameProjectCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly task: ProjectTask,
    readonly name: string,
  ) {
    super();
  }
}

/** Archives a project, whose keys verification refuses from then on, or restores it. */
export class ChangeProjectStatusCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly task: ProjectTask,
    readonly status: ProjectStatus,
  ) {
    super();
  }
}

@CommandHandler(RenameProjectCommand)
export class RenameProjectHandler implements ICommandHandler<RenameProjectCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ task, name }: RenameProjectCommand): Promise<Result<WriteReceipt>> {
    const { principal, projectId } = task;
    const found = await findProject(this.parts, principal, 'projects.rename', projectId);
    if (!found.ok) return found;
    const by = personOf(principal);
    const at = this.parts.clock.now().toISOString();
    return runTeamCommand(this.parts, runOf(task, { type: 'RenameProject', projectId, name, by, at }));
  }
}

@CommandHandler(ChangeProjectStatusCommand)
export class ChangeProjectStatusHandler implements ICommandHandler<ChangeProjectStatusCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ task, status }: ChangeProjectStatusCommand): Promise<Result<WriteReceipt>> {
    const { principal, projectId } = task;
    const found = await findProject(this.parts, principal, 'projects.archive', projectId);
    if (!found.ok) return found;
    const by = personOf(principal);
    const at = this.parts.clock.now().toISOString();
    return runTeamCommand(
      this.parts,
      runOf(task, { type: 'ChangeProjectStatus', projectId, status, by, at }),
    );
  }
}

function runOf(
  { principal: { teamId }, projectId, context, expectedRevision }: ProjectTask,
  command: TeamCommandRun['command'],
): TeamCommandRun {
  return {
    teamId,
    command,
    context,
    expectedRevision,
    revisionOf: ({ projects }) => projects.find((one) => one.projectId === projectId)?.revision,
  };
}
