import { Body, Controller, Get, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
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
import type { WriteReceipt } from '../../../application/receipt.js';
import { ChangeResourceStatusCommand } from '../../../application/resource/change-resource-status.js';
import { GetResourceQuery } from '../../../application/resource/get-resource.js';
import {
  ListResourcesQuery as ListResources,
  type ResourcePlace,
} from '../../../application/resource/list-resources.js';
import { RegisterResourceCommand } from '../../../application/resource/register-resource.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { OneResourceAnswer, ResourcePageAnswer } from './answers.js';
import { ListResourcesQuery, RegisterResourceBody, ResourceStatusBody } from './requests.js';

const resourceIdOf = new PathId('resource.not_found');

@ApiTags('resources')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/resources')
export class ResourcesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Register a model as a resource that keys can be given' })
  @ApiCreatedResponse({ type: OneResourceAnswer })
  async register(
    @Caller() caller: Principal,
    @Body() body: RegisterResourceBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneResourceAnswer> {
    const command = new RegisterResourceCommand(caller, body, contextOf(request, caller));
    const { resourceId, ...receipt } = valueOf(await this.commands.execute(command));
    void reply.header('location', `/v1/resources/${resourceId}`);
    return this.answer(caller, resourceId, receipt, reply);
  }

  @Get()
  @ApiOperation({ summary: 'List resources, newest first' })
  @ApiOkResponse({ type: ResourcePageAnswer })
  async list(@Caller() caller: Principal, @Query() query: ListResourcesQuery): Promise<ResourcePageAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName('resources', caller.teamId, filters);
    return answerPage(this.cursors, list, cursor, (after?: ResourcePlace) =>
      this.queries.execute(new ListResources(caller, { ...filters, limit, ...(after && { after }) })),
    );
  }

  @Get(':resourceId')
  @ApiOperation({ summary: 'Read a resource' })
  @ApiOkResponse({ type: OneResourceAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('resourceId', resourceIdOf) resourceId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneResourceAnswer> {
    const resource = valueOf(await this.queries.execute(new GetResourceQuery(caller, resourceId)));
    void reply.header('etag', etagOf(resource.revision));
    return { resource };
  }

  @Put(':resourceId/status')
  @ApiOperation({
    summary: 'Activate or deactivate a resource',
    description: 'For every key that it is assigned to, from the next request on.',
  })
  @ApiOkResponse({ type: OneResourceAnswer })
  async changeStatus(
    @Caller() caller: Principal,
    @Param('resourceId', resourceIdOf) resourceId: string,
    @Body() { status }: ResourceStatusBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneResourceAnswer> {
    const context = contextOf(request, caller);
    const command = new ChangeResourceStatusCommand(caller, resourceId, status, context, expectedRevision);
    const receipt = valueOf(await this.commands.execute(command));
    return this.answer(caller, resourceId, receipt, reply);
  }

  /** The resource as the write left it. */
  private async answer(
    caller: Principal,
    resourceId: string,
    { position }: WriteReceipt,
    reply: FastifyReply,
  ): Promise<OneResourceAnswer> {
    writePosition(reply, position);
    return this.read(caller, resourceId, reply);
  }
}
