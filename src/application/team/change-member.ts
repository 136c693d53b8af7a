import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Role } from '../../domain/team/events.js';
import { memberOf } from '../../domain/team/members.js';
import type { CommandContext } from '../context.js';
import { isLifetimeEnd } from '../key/expiry.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { type Result, refuse } from '../result.js';
import { findMember } from './find-member.js';
import { runTeamCommand, type TeamCommandRun } from './run-command.js';

/** Who wants to change which member, and from where. */
export interface MemberTask {
  readonly principal: Principal;
  readonly userId: string;
  readonly context: CommandContext;
  /** If-Match. */
  readonly expectedRevision: number | undefined;
}

export interface ChangeMemberRequest {
  readonly role: Role;
  /** ISO instant, of auditors only; absent: unchanged; null: none. */
  readonly until?: string | null;
}

export class ChangeMemberCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly task: MemberTask,
    readonly request: ChangeMemberRequest,
  ) {
    super();
  }
}

/** Ends a membership: somebody else's, or, for whoever leaves, their own. */
export class RemoveMemberCommand extends Command<Result<WriteReceipt>> {
  constructor(readonly task: MemberTask) {
    super();
  }
}

@CommandHandler(ChangeMemberCommand)
export class ChangeMemberHandler implements ICommandHandler<ChangeMemberCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ task, request }: ChangeMemberCommand): Promise<Result<WriteReceipt>> {
    const { principal, userId } = task;
    const found = await findMember(this.parts, principal, 'members.manage', userId);
    if (!found.ok) return found;
    const now = this.parts.clock.now();
    const { until } = request;
    if (until && !isLifetimeEnd(until, now)) return refuse('member.until_invalid', 'until');
    const by = task.context.actor.id;
    return runTeamCommand(
      this.parts,
      runOf(task, { type: 'ChangeMember', userId, ...request, by, at: now.toISOString() }),
    );
  }
}

@CommandHandler(RemoveMemberCommand)
export class RemoveMemberHandler implements ICommandHandler<RemoveMemberCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ task }: RemoveMemberCommand): Promise<Result<WriteReceipt>> {
    const { principal, userId } = task;
    const isLeaving = principal.type === 'user' && principal.userId === userId;
    const operation = isLeaving ? 'members.leave' : 'members.manage';
    const found = await findMember(this.parts, principal, operation, userId);
    if (!found.ok) return found;
    const at = this.parts.clock.now().toISOString();
    const by = task.context.actor.id;
    return runTeamCommand(this.parts, runOf(task, { type: 'RemoveMember', userId, by, at }));
  }
}

function runOf(
  { principal: { teamId }, userId, context, expectedRevision }: MemberTask,
  command: TeamCommandRun['command'],
): TeamCommandRun {
  return {
    teamId,
    command,
    context,
    expectedRevision,
    revisionOf: (team) => memberOf(team, userId)?.revision,
  };
}
