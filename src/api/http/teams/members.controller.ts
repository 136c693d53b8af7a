import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import { ChangeMemberCommand, RemoveMemberCommand } from '../../../application/team/change-member.js';
import { GetMemberQuery } from '../../../application/team/get-member.js';
import { ListMembersQuery, type MemberPlace } from '../../../application/team/list-members.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName, PageQuery } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { MemberPageAnswer, OneMemberAnswer } from './member-answers.js';
import { ChangeMemberBody } from './member-requests.js';

const userIdOf = new PathId('member.not_found');

@ApiTags('members')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/members')
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the members of the team, who joined last first' })
  @ApiOkResponse({ type: MemberPageAnswer })
  async list(@Caller() caller: Principal, @Query() { limit, cursor }: PageQuery): Promise<MemberPageAnswer> {
    const list = listName('members', caller.teamId, {});
    return answerPage(this.cursors, list, cursor, (after?: MemberPlace) =>
      this.queries.execute(new ListMembersQuery(caller, { limit, ...(after && { after }) })),
    );
  }

  @Get(':userId')
  @ApiOperation({ summary: 'Read a member' })
  @ApiOkResponse({ type: OneMemberAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('userId', userIdOf) userId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneMemberAnswer> {
    const member = valueOf(await this.queries.execute(new GetMemberQuery(caller, userId)));
    void reply.header('etag', etagOf(member.revision));
    return { member };
  }

  @Patch(':userId')
  @ApiOperation({
    summary: 'Give a member another role',
    description: 'Their personal tokens follow from the next request on. Only owners make and change owners.',
  })
  @ApiOkResponse({ type: OneMemberAnswer })
  async change(
    @Caller() caller: Principal,
    @Param('userId', userIdOf) userId: string,
    @Body() body: ChangeMemberBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneMemberAnswer> {
    const task = { principal: caller, userId, context: contextOf(request, caller), expectedRevision };
    const { position } = valueOf(await this.commands.execute(new ChangeMemberCommand(task, body)));
    writePosition(reply, position);
    return this.read(caller, userId, reply);
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a member, or leave the team',
    description: 'Their personal tokens are refused from the next request on. The last owner stays.',
  })
  @ApiNoContentResponse()
  async remove(
    @Caller() caller: Principal,
    @Param('userId', userIdOf) userId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const task = { principal: caller, userId, context: contextOf(request, caller), expectedRevision };
    const { position } = valueOf(await this.commands.execute(new RemoveMemberCommand(task)));
    writePosition(reply, position);
  }
}
