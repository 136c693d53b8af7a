import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GetKeyQuery } from '../../../application/key/get-key.js';
import type { Principal } from '../../../application/principal.js';
import { AcceptInvitationCommand } from '../../../application/team/accept-invitation.js';
import { FindInvitationQuery } from '../../../application/team/find-invitation.js';
import {
  CompleteSignUpCommand,
  type SignedUp,
  type SignUpRequest,
} from '../../../application/user/complete-sign-up.js';
import { GetMembershipsQuery } from '../../../application/user/get-memberships.js';
import type { User } from '../../../identity/accounts.js';
import { normalizedEmail } from '../../../identity/credentials.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { anonymousContextOf, Caller, Public } from '../credentials.js';
import type { NewKeyAnswer } from '../keys/answers.js';
import { requireOwnOrigin } from '../principals.js';
import { writePosition } from '../receipts.js';
import { MeAnswer, SignedInAnswer, SignedUpAnswer } from './answers.js';
import { ENTRANCE, type Entrance } from './entrance.js';
import { SignInBody, SignUpBody } from './requests.js';

@ApiTags('accounts')
@Controller('v1')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(ENTRANCE) private readonly entrance: Entrance,
  ) {}

  @Public()
  @Post('sign-up')
  @ApiOperation({
    summary: 'Sign up',
    description:
      'Makes a user, a team with its first project, and the free key, and sets the session cookie. With an ' +
      'invitation it makes a user who joins its team, and no free key. Repeating ' +
      'it with the same address and password completes what an interruption left undone.',
  })
  @ApiCreatedResponse({ type: SignedUpAnswer })
  async signUp(
    @Body() body: SignUpBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedUpAnswer> {
    this.refuseForeignPages(request);
    const invitation = await this.invitationOf(body);
    const entered = await this.entrance.signUp(body, request.ip, invitation !== undefined);
    const { user } = entered;
    const { teamName } = body;
    const made = await this.complete(user, request, {
      ...(teamName !== undefined && { teamName }),
      ...(invitation && { invitation }),
    });
    const freeKey = await this.freeKeyOf(user, made);
    // An account that was complete already: this is no sign-up any more.
    if (!made.isNew) throw problemOfRefusal({ code: 'user.email_taken', field: 'email' });
    void reply.headers({ 'set-cookie': [...entered.setCookie], 'compass-position': made.position });
    return {
      user,
      team: { id: made.teamId, name: made.teamName },
      project: { id: made.projectId, teamId: made.teamId, name: made.projectName, status: 'active' },
      ...(freeKey && { freeKey }),
    };
  }

  @Public()
  @Post('sign-in')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Sign in',
    description: 'Sets the session cookie, and joins a team with an invitation. Wrong tries are limited.',
  })
  @ApiOkResponse({ type: SignedInAnswer })
  async signIn(
    @Body() body: SignInBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer> {
    this.refuseForeignPages(request);
    const entered = await this.entrance.signIn(body, request.ip);
    const { user } = entered;
    const invitation = await this.invitationOf(body);
    const made = await this.complete(user, request, { ...(invitation && { invitation }) });
    const freeKey = await this.freeKeyOf(user, made);
    const hasJoined = made.isNew && made.teamId === invitation?.teamId;
    if (hasJoined) writePosition(reply, made.position);
    else if (body.invitation !== undefined) await this.accept(user, body.invitation, request, reply);
    void reply.header('set-cookie', [...entered.setCookie]);
    const teams = await this.queries.execute(new GetMembershipsQuery(user.id));
    return { user, teams, ...(freeKey && { freeKey }) };
  }

  @Public()
  @Post('sign-out')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out', description: 'Ends the session, if there is one.' })
  @ApiResponse({ status: 204 })
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (request.headers.cookie !== undefined) requireOwnOrigin(request, this.entrance.publicUrl);
    void reply.header('set-cookie', [...(await this.entrance.signOut(request.headers))]);
  }

  @Get('me')
  @ApiCookieAuth()
  @ApiOperation({ summary: 'Who is signed in, and in which teams' })
  @ApiOkResponse({ type: MeAnswer })
  async me(@Caller() caller: Principal): Promise<MeAnswer> {
    if (caller.type !== 'user') throw problemOfRefusal({ code: 'right.missing' });
    const [user, teams] = await Promise.all([
      this.entrance.user(caller.userId),
      this.queries.execute(new GetMembershipsQuery(caller.userId)),
    ]);
    const currentTeam = teams.find(({ id }) => id === caller.teamId);
    if (!user || !currentTeam) throw problemOfRefusal({ code: 'team.not_found' });
    return { user, teams, currentTeam, supportContact: this.entrance.supportContact ?? null };
  }

  /** Another site's page must not sign somebody in as somebody else; programs send no Origin. */
  private refuseForeignPages(request: FastifyRequest): void {
    if (request.headers.origin !== undefined) requireOwnOrigin(request, this.entrance.publicUrl);
  }

  /**
   * What a sign-up joins, looked at before there is an account: it is for the address that it names. A sign-in may be
   * the rest of such a sign-up, which stopped before the log knew of it.
   */
  private async invitationOf({
    email,
    invitation: token,
  }: Pick<SignUpBody, 'email' | 'invitation'>): Promise<SignUpRequest['invitation']> {
    if (token === undefined) return undefined;
    const { team, invitation } = valueOf(await this.queries.execute(new FindInvitationQuery(token)));
    if (invitation.email !== normalizedEmail(email)) {
      throw problemOfRefusal({ code: 'invitation.for_another', field: 'invitation' });
    }
    return { teamId: team.teamId, teamName: team.name, membershipId: invitation.membershipId };
  }

  private async complete(
    user: User,
    request: FastifyRequest,
    given: Pick<SignUpRequest, 'teamName' | 'invitation'> = {},
  ): Promise<SignedUp> {
    const { id: userId, email, name } = user;
    const asked = { userId, email, name, ...given };
    return valueOf(
      await this.commands.execute(new CompleteSignUpCommand(asked, anonymousContextOf(request))),
    );
  }

  private async accept(
    user: User,
    token: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const command = new AcceptInvitationCommand(user, token, anonymousContextOf(request));
    writePosition(reply, valueOf(await this.commands.execute(command)).position);
  }

  /** The free key with its secret, if it was made just now. */
  private async freeKeyOf(user: User, made: SignedUp): Promise<NewKeyAnswer | undefined> {
    const { teamId, freeKeyId, freeKeySecret } = made;
    if (freeKeyId === undefined || freeKeySecret === undefined) return undefined;
    const owner: Principal = { type: 'user', userId: user.id, sessionId: '', teamId, role: 'OWNER' };
    const key = valueOf(await this.queries.execute(new GetKeyQuery(owner, freeKeyId)));
    return { key, secret: freeKeySecret };
  }
}
