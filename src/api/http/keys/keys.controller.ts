import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConfirmRevocationCommand } from '../../../application/key/confirm-revocation.js';
import { CreateKeyCommand } from '../../../application/key/create-key.js';
import { GetKeyQuery } from '../../../application/key/get-key.js';
import { type KeyPage, ListKeysQuery as ListKeys } from '../../../application/key/list-keys.js';
import { RevokeKeyCommand } from '../../../application/key/revoke-key.js';
import type { Principal } from '../../../application/principal.js';
import type { Cursors } from '../../../platform/cursors.js';
import { problemOfRefusal, valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName } from '../pages.js';
import { etagOf, writePosition } from '../receipts.js';
import { KeyPageAnswer, NewKeyAnswer, OneKeyAnswer } from './answers.js';
import { KeyId } from './key-id.js';
import { ListKeysQuery, MomentQuery, momentOf } from './list-requests.js';
import { CreateKeyBody, RevokeKeyBody, RevokeKeyQuery } from './requests.js';
import { RevokedKeyAnswer } from './revocation-answers.js';
import { showKey } from './show-key.js';

@ApiTags('keys')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/keys')
export class KeysController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Create a key', description: 'Nothing is required: send `{}` for all defaults.' })
  @ApiCreatedResponse({ type: NewKeyAnswer })
  async create(
    @Caller() caller: Principal,
    @Body() body: CreateKeyBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyAnswer> {
    const created = valueOf(
      await this.commands.execute(new CreateKeyCommand(caller, body, contextOf(request, caller))),
    );
    const key = await showKey(this.queries, caller, created, reply);
    void reply.header('location', `/v1/keys/${created.keyId}`);
    return { key, secret: created.secret };
  }

  @Get()
  @ApiOperation({
    summary: 'List keys, newest first unless another sort is asked for',
    description: 'All filters that are given must hold. Only keys the caller may see are listed.',
  })
  @ApiOkResponse({ type: KeyPageAnswer })
  async list(@Caller() caller: Principal, @Query() query: ListKeysQuery): Promise<KeyPageAnswer> {
    const { limit, cursor, ...asks } = query;
    const list = listName('keys', caller.teamId, asks);
    const { sort, asOf, ...filters } = asks;
    return answerPage(this.cursors, list, cursor, (after?: KeyPage['next']) => {
      const asked = { filters, sort, limit, ...(asOf !== undefined && { asOf }), ...(after && { after }) };
      return this.queries.execute(new ListKeys(caller, asked));
    });
  }

  @Get(':keyId')
  @ApiOperation({ summary: 'Read a key, as it is or as it was' })
  @ApiOkResponse({ type: OneKeyAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Query() query: MomentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const key = valueOf(await this.queries.execute(new GetKeyQuery(caller, keyId, momentOf(query))));
    void reply.header('etag', etagOf(key.revision));
    return { key };
  }

  @Post(':keyId/revoke')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Revoke a key for ever',
    description: 'It is refused from the next request on. Repeating it changes nothing.',
  })
  @ApiBody({ type: RevokeKeyBody, required: false })
  @ApiOkResponse({ type: RevokedKeyAnswer })
  async revoke(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Query() { wait }: RevokeKeyQuery,
    @Body() body: RevokeKeyBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RevokedKeyAnswer> {
    const since = performance.now();
    // A public key sees no key here, not even itself; it is revoked by the other call.
    if (caller.type === 'key' && caller.access.public) throw problemOfRefusal({ code: 'key.not_found' });
    const command = new RevokeKeyCommand(caller, keyId, body, contextOf(request, caller), expectedRevision);
    const revoked = valueOf(await this.commands.execute(command));
    if (wait === undefined) return { key: await showKey(this.queries, caller, revoked, reply) };
    writePosition(reply, revoked.position);
    const confirm = new ConfirmRevocationCommand(revoked, since, contextOf(request, caller));
    const { confirmation, ...receipt } = valueOf(await this.commands.execute(confirm));
    return { key: await showKey(this.queries, caller, receipt, reply), receipt: confirmation };
  }
}
