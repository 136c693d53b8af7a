import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import { RecordUsageCommand } from '../../../application/wallet/record-usage.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { writePosition } from '../receipts.js';
import { RecordedUsageAnswer } from './answers.js';
import { RecordUsageBody } from './requests.js';

@ApiTags('wallets')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/usage-records')
export class UsageController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Report what a key has used, and debit its wallet',
    description:
      'Needs a service account with the scope `meter`, and is about any other key of its team. Each `usageId` is ' +
      'debited once for ever, however often it is reported; what the wallet has not got is told, and not owed.',
  })
  @ApiCreatedResponse({ type: RecordedUsageAnswer, description: 'Debited.' })
  @ApiOkResponse({
    type: RecordedUsageAnswer,
    description: 'A repeat: the first answer. Or no wallet pays, and nothing is recorded.',
  })
  async record(
    @Caller() caller: Principal,
    @Body() body: RecordUsageBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RecordedUsageAnswer> {
    const command = new RecordUsageCommand(caller, body, contextOf(request, caller));
    const { isNew, position, ...recorded } = valueOf(await this.commands.execute(command));
    if (position !== undefined) writePosition(reply, position);
    if (isNew) void reply.status(201);
    return recorded;
  }
}
