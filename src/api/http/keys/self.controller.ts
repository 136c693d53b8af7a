import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GetKeyQuery } from '../../../application/key/get-key.js';
import { RevokeKeyCommand } from '../../../application/key/revoke-key.js';
import { RevokeTokenCommand } from '../../../application/key/revoke-token.js';
import type { Principal } from '../../../application/principal.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { originHeaders } from '../cors.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { writePosition } from '../receipts.js';
import { OneKeyAnswer } from './answers.js';
import { OnePublicKeyAnswer, publicAnswer } from './public-key.js';
import { RevokeKeyBody } from './requests.js';

const refTo = (model: typeof OneKeyAnswer | typeof OnePublicKeyAnswer) => ({ $ref: getSchemaPath(model) });

/** What a caller may ask about itself. */
@Controller('v1')
@ApiBearerAuth()
export class SelfController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('whoami')
  @ApiTags('keys')
  @ApiOperation({
    summary: 'The key that is presented, as its holder may see it',
    description: 'A public key, which anyone may hold, learns less of itself; a page may read that.',
  })
  @ApiExtraModels(OneKeyAnswer, OnePublicKeyAnswer)
  @ApiOkResponse({ schema: { anyOf: [OneKeyAnswer, OnePublicKeyAnswer].map(refTo) } })
  async whoami(
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer | OnePublicKeyAnswer> {
    if (caller.type === 'user') throw problemOfRefusal({ code: 'right.missing' });
    void reply.headers(originHeaders(caller, request.headers.origin));
    if (caller.access.public) return publicAnswer(caller.access);
    return { key: valueOf(await this.queries.execute(new GetKeyQuery(caller, caller.access.keyId))) };
  }

  @Post('self/revoke')
  @HttpCode(204)
  @ApiTags('keys')
  @ApiOperation({ summary: 'Revoke the key, or the key token, that is presented, for ever' })
  @ApiBody({ type: RevokeKeyBody, required: false })
  @ApiNoContentResponse()
  async revokeItself(
    @Caller() caller: Principal,
    @Body() body: RevokeKeyBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (caller.type === 'user') throw problemOfRefusal({ code: 'right.missing' });
    const { keyId } = caller.access;
    const context = contextOf(request, caller);
    const { token } = caller.secret;
    const command = token
      ? new RevokeTokenCommand(caller, { keyId, tokenId: token.tokenId }, body, context, expectedRevision)
      : new RevokeKeyCommand(caller, keyId, body, context, expectedRevision);
    const { position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
  }
}
