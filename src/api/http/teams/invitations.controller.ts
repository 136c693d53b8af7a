import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import { InviteMemberCommand } from '../../../application/team/invite-member.js';
import { ListInvitationsQuery } from '../../../application/team/list-invitations.js';
import { WithdrawInvitationCommand } from '../../../application/team/withdraw-invitation.js';
import { isEmail, normalizedEmail } from '../../../identity/credentials.js';
import type { Cursors } from '../../../platform/cursors.js';
import { ENTRANCE, type Entrance } from '../accounts/entrance.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { InvitationPageAnswer, OneInvitationAnswer } from './invitation-answers.js';
import { InviteMemberBody } from './member-requests.js';

const invitationIdOf = new PathId('invitation.not_found');

@ApiTags('invitations')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/invitations')
export class InvitationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
    @Inject(ENTRANCE) private readonly entrance: Entrance,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Invite somebody into the team',
    description: 'They join by signing up or in with it, once, within seven days. Only owners invite owners.',
  })
  @ApiCreatedResponse({ type: OneInvitationAnswer })
  async invite(
    @Caller() caller: Principal,
    @Body() body: InviteMemberBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneInvitationAnswer> {
    const email = normalizedEmail(body.email);
    if (!isEmail(email)) throw problemOfRefusal({ code: 'user.email_invalid', field: 'email' });
    const { role, until } = body;
    const asked = { email, role, ...(until !== undefined && { until }) };
    const command = new InviteMemberCommand(caller, asked, contextOf(request, caller));
    const { invitation, token, position, revision } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
    void reply.header('etag', etagOf(revision));
    if (token === undefined) return { invitation };
    // After the `#`, so that no server on the way and no log of one gets to see it.
    const url = `${this.entrance.publicUrl ?? `${request.protocol}://${request.host}`}/join#${token}`;
    return { invitation: { ...invitation, url } };
  }

  @Get()
  @ApiOperation({ summary: 'List the invitations that somebody may still join by, newest first' })
  @ApiOkResponse({ type: InvitationPageAnswer })
  async list(
    @Caller() caller: Principal,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<InvitationPageAnswer> {
    const list = listName('invitations', caller.teamId, {});
    return answerPage(this.cursors, list, cursor, (after?: string) =>
      this.queries.execute(
        new ListInvitationsQuery(caller, { limit, ...(after !== undefined && { after }) }),
      ),
    );
  }

  @Delete(':invitationId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Withdraw an invitation' })
  @ApiNoContentResponse()
  async withdraw(
    @Caller() caller: Principal,
    @Param('invitationId', invitationIdOf) invitationId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const context = contextOf(request, caller);
    const command = new WithdrawInvitationCommand(caller, invitationId, context, expectedRevision);
    const { position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
  }
}
