import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { secretPrefixes } from '../../domain/access/secret.js';
import type { Refusal } from '../../domain/decision.js';
import { keyStream } from '../../domain/key/events.js';
import type { DomainEvent } from '../../domain/recorded.js';
import { firstProjectName } from '../../domain/team/decide.js';
import { teamStream } from '../../domain/team/events.js';
import { userStream } from '../../domain/user/events.js';
import type { Position } from '../../event-store/port.js';
import { comparePositions } from '../../event-store/port.js';
import { deriveId } from '../../platform/ids.js';
import type { CommandContext } from '../context.js';
import { keyDecider, teamDecider, userDecider } from '../deciders.js';
import { type Execution, type Receipt, unconditional } from '../execute.js';
import { defaultScopes } from '../key/create-key.js';
import { PARTS, type Parts } from '../parts.js';
import { done, type Result } from '../result.js';
import { makeSecret } from '../secrets.js';

export interface SignUpRequest {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly teamName?: string;
}

export interface SignedUp {
  readonly teamId: string;
  readonly teamName: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly freeKeyId: string;
  /** The free key's secret, if this call made the key; who made it earlier has seen it. */
  readonly freeKeySecret: string | undefined;
  readonly position: Position;
}

/**
 * Writes what a new user has: the user, a team with a first project, the free key. Three streams are three
 * appends; every id follows from the user's, so that calling it again completes what is missing and
 * repeats nothing. A repeated sign-up and every sign-in call it.
 */
export class CompleteSignUpCommand extends Command<Result<SignedUp>> {
  constructor(
    readonly request: SignUpRequest,
    readonly context: Omit<CommandContext, 'actor' | 'teamId'>,
  ) {
    super();
  }
}

export const freeKeyName = 'Free key';

@CommandHandler(CompleteSignUpCommand)
export class CompleteSignUpHandler implements ICommandHandler<CompleteSignUpCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ request, context: given }: CompleteSignUpCommand): Promise<Result<SignedUp>> {
    const { userId, email, name } = request;
    const at = this.parts.clock.now().toISOString();
    const derivedTeamId = deriveId(userId, 'team');
    const context: CommandContext = {
      ...given,
      actor: { type: 'user', id: userId, role: 'OWNER' },
      teamId: derivedTeamId,
    };

    const user = await this.run({
      decider: userDecider,
      stream: userStream(userId),
      context,
      command: {
        type: 'SignUp',
        userId,
        email,
        name,
        teamId: derivedTeamId,
        teamName: request.teamName ?? `team-${derivedTeamId.slice(-8)}`,
        at,
      },
    });
    if (!user.ok) return user;
    // From here on the log counts, not the request: a repeat may name the team otherwise.
    const { teamId, teamName } = user.state;
    const projectId = deriveId(userId, 'project');

    const team = await this.run({
      decider: teamDecider,
      stream: teamStream(teamId),
      context,
      command: {
        type: 'FoundTeam',
        teamId,
        name: teamName,
        ownerId: userId,
        membershipId: deriveId(userId, 'membership'),
        projectId,
        at,
      },
    });
    if (!team.ok) return team;

    const freeKeyId = deriveId(userId, 'free-key');
    const { secret, record } = makeSecret(secretPrefixes.serviceAccount);
    const key = await this.run({
      decider: keyDecider,
      stream: keyStream(freeKeyId),
      context,
      command: {
        type: 'CreateKey',
        keyId: freeKeyId,
        teamId,
        projectId,
        keyType: 'service_account',
        tier: 'free',
        name: freeKeyName,
        role: 'member',
        scopes: defaultScopes,
        secret: record,
        creatorId: userId,
        at,
      },
    });
    if (!key.ok) return key;
    const position = [user.position, team.position, key.position].reduce(latest);
    await this.parts.settled(position);
    return done({
      teamId,
      teamName,
      projectId,
      projectName: firstProjectName,
      freeKeyId,
      freeKeySecret: key.changed ? secret : undefined,
      position,
    });
  }

  private async run<S, C, E extends DomainEvent>(
    execution: Execution<S, C, E>,
  ): Promise<Receipt<S> | { ok: false; refusal: Refusal }> {
    return unconditional(await this.parts.executor.execute(execution));
  }
}

function latest(a: Position, b: Position): Position {
  return comparePositions(a, b) < 0 ? b : a;
}
