import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
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
import {
  IssueTokenCommand,
  type NewToken,
  RotateTokenCommand,
} from '../../../application/key/issue-token.js';
import { ListTokensQuery } from '../../../application/key/list-tokens.js';
import { RevokeTokenCommand } from '../../../application/key/revoke-token.js';
import type { Principal } from '../../../application/principal.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { KeyId } from './key-id.js';
import { NewTokenAnswer, TokensAnswer } from './token-answers.js';

const tokenIdOf = new PathId('token.not_found');

/** Secrets of their own with which the users of a key use it. */
@ApiTags('tokens')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/keys/:keyId/tokens')
export class TokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Generate a token of a key for yourself',
    description:
      'For users who are assigned to the key, one each. It answers for the key until it is revoked, they are not ' +
      'assigned any more, they leave the team, or the key ends.',
  })
  @ApiCreatedResponse({ type: NewTokenAnswer })
  async issue(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewTokenAnswer> {
    const command = new IssueTokenCommand(caller, keyId, contextOf(request, caller), expectedRevision);
    return this.show(caller, valueOf(await this.commands.execute(command)), reply);
  }

  @Get()
  @ApiOperation({ summary: 'The tokens of a key, the oldest first; plain users see their own' })
  @ApiOkResponse({ type: TokensAnswer })
  async list(@Caller() caller: Principal, @Param('keyId', KeyId) keyId: string): Promise<TokensAnswer> {
    return { items: valueOf(await this.queries.execute(new ListTokensQuery(caller, keyId))) };
  }

  @Post(':tokenId/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give your token a new secret', description: 'The one before ends at once.' })
  @ApiOkResponse({ type: NewTokenAnswer })
  async rotate(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Param('tokenId', tokenIdOf) tokenId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewTokenAnswer> {
    const context = contextOf(request, caller);
    const command = new RotateTokenCommand(caller, { keyId, tokenId }, context, expectedRevision);
    return this.show(caller, valueOf(await this.commands.execute(command)), reply);
  }

  @Delete(':tokenId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke a token for ever',
    description: 'Your own, or, for those who manage the key, anybody’s.',
  })
  @ApiNoContentResponse()
  async revoke(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Param('tokenId', tokenIdOf) tokenId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const context = contextOf(request, caller);
    const command = new RevokeTokenCommand(caller, { keyId, tokenId }, {}, context, expectedRevision);
    const { position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
  }

  /** The token as the write left it; the ETag is that of its key. */
  private async show(
    caller: Principal,
    { keyId, tokenId, secret, position, revision }: NewToken,
    reply: FastifyReply,
  ): Promise<NewTokenAnswer> {
    writePosition(reply, position);
    const tokens = valueOf(await this.queries.execute(new ListTokensQuery(caller, keyId)));
    const token = tokens.find(({ id }) => id === tokenId);
    // Somebody has ended it meanwhile.
    if (!token) throw problemOfRefusal({ code: 'token.not_found' });
    void reply.header('etag', etagOf(revision));
    return { token, secret };
  }
}
