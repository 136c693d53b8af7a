import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { secretPrefixes } from '../../domain/access/secret.js';
import type { Refusal } from '../../domain/decision.js';
import { keyStream } from '../../domain/key/events.js';
import type { DomainEvent } from '../../domain/recorded.js';
import { firstProjectName } from '../../domain/team/decide.js';
import { teamStream } from '../../domain/team/events.js';
import { defaultPolicy } from '../../domain/team/policy.js';
import { userStream } from '../../domain/user/events.js';
import type { User } from '../../domain/user/state.js';
import type { Position } from '../../event-store/port.js';
import { comparePositions } from '../../event-store/port.js';
import { deriveId } from '../../platform/ids.js';
import type { CommandContext } from '../context.js';
import { keyDecider, teamDecider, userDecider } from '../deciders.js';
import { type Execution, type Receipt, unconditional } from '../execute.js';
import { PARTS, type Parts } from '../parts.js';
import { done, type Result, refuse } from '../result.js';
import { makeSecret } from '../secrets.js';

export interface SignUpRequest {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly teamName?: string;
  /**
   * The invitation they sign up with: they get its team, and none of their own. Who has signed up already, and signs in
   * with it, keeps what the first sign-up made.
   */
  readonly invitation?: { readonly teamId: string; readonly teamName: string; readonly membershipId: string };
}

export interface SignedUp {
  readonly teamId: string;
  readonly teamName: string;
  readonly projectId: string;
  readonly projectName: string;
  /** Whether this call was the one that completed it. */
  readonly isNew: boolean;
  /** Undefined for those who were invited. */
  readonly freeKeyId: string | undefined;
  /** The free key's secret, if this call made the key; who made it earlier has seen it. */
  readonly freeKeySecret: string | undefined;
  readonly position: Position;
}

/**
 * Writes what a new user has: the user, a team with a first project, the free key; of somebody who was invited,
 * the user and their membership. Three streams are three
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
    const { userId, email, name, invitation } = request;
    const at = this.parts.clock.now().toISOString();
    const derivedTeamId = deriveId(userId, 'team');
    const context: CommandContext = {
      ...given,
      actor: { type: 'user', id: userId, ...(!invitation && { role: 'OWNER' }) },
      teamId: invitation?.teamId ?? derivedTeamId,
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
        ...invitation,
        at,
      },
    });
    if (!user.ok) return user;
    // From here on the log counts, not the request: a repeat may name the team otherwise.
    const { teamId, teamName } = user.state;
    if (user.state.membershipId !== null) return this.join(request, user, given);
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
        scopes: defaultPolicy.defaultScopes,
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
      isNew: key.changed,
      freeKeyId,
      freeKeySecret: key.changed ? secret : undefined,
      position,
    });
  }

  /**
   * Who signed up with an invitation joins its team. When it was withdrawn or ran out meanwhile, or they have left
   * since, a sign-up is told; a sign-in goes on without.
   */
  private async join(
    { userId, email, invitation }: SignUpRequest,
    { state, position }: Receipt<User>,
    given: CompleteSignUpCommand['context'],
  ): Promise<Result<SignedUp>> {
    const { executor, clock } = this.parts;
    const { teamId, teamName, membershipId } = state;
    if (membershipId === null) throw new Error(`${userId} was not invited.`);
    const stream = teamStream(teamId);
    const joined = await this.run({
      decider: teamDecider,
      stream,
      context: { ...given, actor: { type: 'user', id: userId }, teamId },
      command: { type: 'JoinTeam', membershipId, userId, email, at: clock.now().toISOString() },
    });
    if (!joined.ok && invitation?.membershipId === membershipId) return joined;
    const team = joined.ok ? joined.state : (await executor.load(teamDecider, stream)).state;
    const project = team?.projects[0];
    if (!project) return refuse('team.not_found');
    const last = joined.ok ? latest(position, joined.position) : position;
    await this.parts.settled(last);
    return done({
      teamId,
      teamName,
      projectId: project.projectId,
      projectName: project.name,
      isNew: joined.ok && joined.changed,
      freeKeyId: undefined,
      freeKeySecret: undefined,
      position: last,
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
