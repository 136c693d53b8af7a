import { Body, Controller, Get, Patch, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import { ChangePolicyCommand } from '../../../application/team/change-policy.js';
import { GetTeamQuery } from '../../../application/team/get-team.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { etagOf, writePosition } from '../receipts.js';
import { ChangePolicyBody, OneTeamAnswer } from './policy-fields.js';

@ApiTags('team')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/team')
export class TeamController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The team, and what it asks of its keys and people' })
  @ApiOkResponse({ type: OneTeamAnswer })
  async read(
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneTeamAnswer> {
    const team = valueOf(await this.queries.execute(new GetTeamQuery(caller)));
    void reply.header('etag', etagOf(team.revision));
    return { team };
  }

  @Patch()
  @ApiOperation({
    summary: 'Change the policy of the team',
    description:
      'What is absent stays, null clears, lists are replaced whole. Keys that are there stay as they are; ' +
      'verification obeys from the next request on.',
  })
  @ApiOkResponse({ type: OneTeamAnswer })
  async change(
    @Caller() caller: Principal,
    @Body() body: ChangePolicyBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneTeamAnswer> {
    const command = new ChangePolicyCommand(caller, body, contextOf(request, caller), expectedRevision);
    const { position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
    return this.read(caller, reply);
  }
}
