import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import { EstimateCostQuery } from '../../../application/service/estimate-cost.js';
import { GetServiceQuery } from '../../../application/service/get-service.js';
import {
  ListServicesQuery as ListServices,
  type ServicePlace,
} from '../../../application/service/list-services.js';
import type { Cursors } from '../../../platform/cursors.js';
import { valueOf } from '../answers.js';
import { Caller } from '../credentials.js';
import { answerPage, CURSORS, listName } from '../pages.js';
import { PathId } from '../path-id.js';
import { etagOf } from '../receipts.js';
import { EstimateAnswer, OneServiceAnswer, ServicePageAnswer } from './answers.js';
import { EstimateBody, ListServicesQuery } from './requests.js';

const serviceIdOf = new PathId('service.not_found');

@ApiTags('services')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('v1/services')
export class ServicesController {
  constructor(
    private readonly queries: QueryBus,
    @Inject(CURSORS) private readonly cursors: Cursors,
  ) {}

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
}
