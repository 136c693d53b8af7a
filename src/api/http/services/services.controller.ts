import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
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
import { EstimateCostQuery } from '../../../application/service/estimate-cost.js';
import { GetServiceQuery } from '../../../application/service/get-service.js';
import {
  ListServicesQuery as ListServices,
  type ServicePlace,
} from '../../../application/service/list-services.js';
import { PriceServiceCommand } from '../../../application/service/price-service.js';
import { RegisterServiceCommand } from '../../../application/service/register-service.js';
import { RetireServiceCommand } from '../../../application/service/retire-service.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller, contextOf } from '../credentials.js';
import { IfMatch } from '../if-match.js';
import { answerPage, CURSORS, listName } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf, writePosition } from '../receipts.js';
import { EstimateAnswer, OneServiceAnswer, ServicePageAnswer } from './answers.js';
import { EstimateBody, ListServicesQuery, PriceServiceBody, RegisterServiceBody } from './requests.js';

const serviceIdOf = new PathId('service.not_found');

@ApiTags('services')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/services')
export class ServicesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

  @Post()
  @ApiOperation({
    summary: "Register a service in the platform's catalogue",
    description: 'For operators. Everything but models and prices stays as it is registered.',
  })
  @ApiCreatedResponse({ type: OneServiceAnswer })
  async register(
    @Caller() caller: Principal,
    @Body() body: RegisterServiceBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneServiceAnswer> {
    const command = new RegisterServiceCommand(caller, body, contextOf(request, caller));
    const { serviceId, ...receipt } = valueOf(await this.commands.execute(command));
    void reply.header('location', `/v1/services/${serviceId}`);
    return this.answer(caller, serviceId, receipt, reply);
  }

  @Get()
  @ApiOperation({ summary: "List the services of the platform's catalogue, newest first" })
  @ApiOkResponse({ type: ServicePageAnswer })
  async list(@Caller() caller: Principal, @Query() query: ListServicesQuery): Promise<ServicePageAnswer> {
    const { limit, cursor, ...filters } = query;
    const list = listName('services', caller.teamId, filters);
    return answerPage(this.cursors, list, cursor, (after?: ServicePlace) =>
      this.queries.execute(new ListServices(caller, { ...filters, limit, ...(after && { after }) })),
    );
  }

  @Get(':serviceId')
  @ApiOperation({ summary: 'Read a service, with its models and prices' })
  @ApiOkResponse({ type: OneServiceAnswer })
  async read(
    @Caller() caller: Principal,
    @Param('serviceId', serviceIdOf) serviceId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneServiceAnswer> {
    const service = valueOf(await this.queries.execute(new GetServiceQuery(caller, serviceId)));
    void reply.header('etag', etagOf(service.revision));
    return { service };
  }

  @Patch(':serviceId')
  @ApiOperation({
    summary: 'Set all models and prices of a service',
    description: 'For operators. They hold from the next use on, as a new price version.',
  })
  @ApiOkResponse({ type: OneServiceAnswer })
  async price(
    @Caller() caller: Principal,
    @Param('serviceId', serviceIdOf) serviceId: string,
    @Body() { models }: PriceServiceBody,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneServiceAnswer> {
    const context = contextOf(request, caller);
    const command = new PriceServiceCommand(caller, serviceId, models, context, expectedRevision);
    return this.answer(caller, serviceId, valueOf(await this.commands.execute(command)), reply);
  }

  @Post(':serviceId/retire')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Retire a service, for ever',
    description: 'For operators. No key can be given it any more.',
  })
  @ApiOkResponse({ type: OneServiceAnswer })
  async retire(
    @Caller() caller: Principal,
    @Param('serviceId', serviceIdOf) serviceId: string,
    @IfMatch() expectedRevision: number | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OneServiceAnswer> {
    const context = contextOf(request, caller);
    const command = new RetireServiceCommand(caller, serviceId, context, expectedRevision);
    return this.answer(caller, serviceId, valueOf(await this.commands.execute(command)), reply);
  }

  @Post(':serviceId/estimate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Tell what a request with a model would cost',
    description: 'By the present prices. Nothing is recorded.',
  })
  @ApiOkResponse({ type: EstimateAnswer })
  async estimate(
    @Caller() caller: Principal,
    @Param('serviceId', serviceIdOf) serviceId: string,
    @Body() body: EstimateBody,
  ): Promise<EstimateAnswer> {
    return valueOf(await this.queries.execute(new EstimateCostQuery(caller, serviceId, body)));
  }

  /** The service as the write left it, or as others have since. */
  private async answer(
    caller: Principal,
    serviceId: string,
    { position }: WriteReceipt,
    reply: FastifyReply,
  ): Promise<OneServiceAnswer> {
    writePosition(reply, position);
    return this.read(caller, serviceId, reply);
  }
}
