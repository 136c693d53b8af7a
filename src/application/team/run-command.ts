import type { TeamCommand } from '../../domain/team/commands.js';
import { teamStream } from '../../domain/team/events.js';
import type { Team } from '../../domain/team/state.js';
import { StoreUnavailable } from '../../event-store/port.js';
import type { CommandContext } from '../context.js';
import { teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import { settle, type WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';

/** A command on a part of a team: a project, a member, an invitation. */
export interface TeamCommandRun {
  readonly teamId: string;
  readonly command: TeamCommand;
  readonly context: CommandContext;
  /** If-Match: the revision of the part that the caller saw. */
  readonly expectedRevision?: number | undefined;
  /** The present revision of the part; undefined when there is no such part. */
  readonly revisionOf?: (team: Team) => number | undefined;
}

/** Others may change other parts of the team meanwhile, so often and no more. */
const triesMax = 20;

/**
 * Lets a team decide, and answers once the whole process knows what happened. A precondition is about the part
 * alone: what happens to the rest of the team meanwhile does not fail it.
 */
export async function runTeamCommand(parts: Parts, run: TeamCommandRun): Promise<Result<WriteReceipt>> {
  const { executor } = parts;
  const { teamId, command, context, expectedRevision, revisionOf } = run;
  const execution = { decider: teamDecider, stream: teamStream(teamId), command, context };
  if (expectedRevision === undefined) return settle(parts, await executor.execute(execution));
  for (let tries = 0; tries < triesMax; tries++) {
    const { state, revision } = await executor.load(teamDecider, execution.stream);
    const present = state && revisionOf?.(state);
    if (present !== undefined && present !== expectedRevision) return { ok: false, stale: present };
    const outcome = await executor.execute({ ...execution, expectedRevision: revision });
    if (outcome.ok || !('stale' in outcome)) return settle(parts, outcome);
  }
  throw new StoreUnavailable(`Others keep changing ${execution.stream}.`);
}
