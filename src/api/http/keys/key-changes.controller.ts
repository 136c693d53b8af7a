import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import { type Command, CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCookieAuth,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssignResourcesCommand } from '../../../application/key/assign-resources.js';
import { AssignUsersCommand } from '../../../application/key/assign-users.js';
import { ChangeKeyCommand } from '../../../application/key/change-key.js';
import { ChangeStatusCommand } from '../../../application/key/change-status.js';
import { DeleteKeyCommand } from '../../../application/key/delete-key.js';
import { EnableServicesCommand } from '../../../application/key/enable-services.js';
import type { KeyReceipt } from '../../../application/key/receipt.js';
import { RotateKeyCommand } from '../../../application/key/rotate-key.js';
import { PARTS, type Parts } from '../../../application/parts.js';
import type { Principal } from '../../../application/principal.js';
import type { Result } from '../../../application/result.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { writePosition } from '../receipts.js';
import { NewKeyAnswer, OneKeyAnswer, UsersAssignedAnswer } from './answers.js';
import {
  AssignResourcesBody,
  AssignUsersBody,
  ChangeKeyBody,
  ChangeStatusBody,
  EnableServicesBody,
  RotateKeyBody,
} from './change-requests.js';
import { KeyId } from './key-id.js';
import { showKey } from './show-key.js';

/** What becomes of a key between its making and its end. */
@ApiTags('keys')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/keys/:keyId')
export class KeyChangesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(PARTS) private readonly parts: Pick<Parts, 'sendsMail'>,
  ) {}

  @Patch()
  @ApiOperation({
    summary: 'Change a key',
    description:
      'What is absent stays, null clears, lists are replaced whole. All of it happens, or nothing.',
  })
  @ApiOkResponse({ type: OneKeyAnswer })
  async change(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() body: ChangeKeyBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const context = contextOf(request, caller);
    return this.run(caller, new ChangeKeyCommand(caller, keyId, body, context, expectedRevision), reply);
  }

  @Put('resources')
  @ApiOperation({ summary: 'Assign resources to a key: the whole set' })
  @ApiOkResponse({ type: OneKeyAnswer })
  async assignResources(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() { resourceIds }: AssignResourcesBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const context = contextOf(request, caller);
    const command = new AssignResourcesCommand(caller, keyId, resourceIds, context, expectedRevision);
    return this.run(caller, command, reply);
  }

  @Put('users')
  @ApiOperation({
    summary: 'Assign users to a key: the whole set',
    description: 'Members of the team. They see the key, and those with the role USER may rotate it.',
  })
  @ApiOkResponse({ type: UsersAssignedAnswer })
  async assignUsers(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() body: AssignUsersBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsersAssignedAnswer> {
    const context = contextOf(request, caller);
    const command = new AssignUsersCommand(caller, keyId, body, context, expectedRevision);
    const { key } = await this.run(caller, command, reply);
    return { key, notified: body.notify === true && this.parts.sendsMail };
  }

  @Put('services')
  @ApiOperation({
    summary: 'Enable services on a key: the whole set, with how each is paid',
    description: 'What the free key has follows from the catalogue and cannot be edited.',
  })
  @ApiOkResponse({ type: OneKeyAnswer })
  async enableServices(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() { services }: EnableServicesBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const context = contextOf(request, caller);
    const command = new EnableServicesCommand(caller, keyId, services, context, expectedRevision);
    return this.run(caller, command, reply);
  }

  @Put('status')
  @ApiOperation({
    summary: 'Disable a key, or enable it again',
    description: 'Its expiry is another matter: an expired key that is enabled stays expired.',
  })
  @ApiOkResponse({ type: OneKeyAnswer })
  async changeStatus(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() body: ChangeStatusBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const context = contextOf(request, caller);
    return this.run(caller, new ChangeStatusCommand(caller, keyId, body, context, expectedRevision), reply);
  }

  @Post('rotate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give a key a new secret',
    description:
      'The secret it replaces stays good for the grace period; all older ones end now. Id, settings and uses stay.',
  })
  @ApiBody({ type: RotateKeyBody, required: false })
  @ApiOkResponse({ type: NewKeyAnswer })
  async rotate(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @Body() body: RotateKeyBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<NewKeyAnswer> {
    const command = new RotateKeyCommand(caller, keyId, body, contextOf(request, caller), expectedRevision);
    const { secret, ...receipt } = valueOf(await this.commands.execute(command));
    return { key: await showKey(this.queries, caller, receipt, reply), secret };
  }

  @Delete()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a key for ever',
    description: 'From now on it does not exist, but its history stays for those who audit.',
  })
  @ApiNoContentResponse()
  async remove(
    @Caller() caller: Principal,
    @Param('keyId', KeyId) keyId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const command = new DeleteKeyCommand(caller, keyId, contextOf(request, caller), expectedRevision);
    const { position } = valueOf(await this.commands.execute(command));
    writePosition(reply, position);
  }

  /** Runs a command and answers the key as the write left it. */
  private async run(
    caller: Principal,
    command: Command<Result<KeyReceipt>>,
    reply: FastifyReply,
  ): Promise<OneKeyAnswer> {
    const receipt = valueOf(await this.commands.execute(command));
    return { key: await showKey(this.queries, caller, receipt, reply) };
  }
}
