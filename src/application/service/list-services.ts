import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listServices } from '../../../projections/services/queries.js';
import type { ServiceStatus } from '../../domain/service/state.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { ServiceView } from './get-service.js';

/** The last service of a page: where the next one goes on. */
export interface ServicePlace {
  readonly registeredAt: string;
  readonly id: string;
}

export interface ListServicesRequest {
  readonly status?: ServiceStatus;
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: ServicePlace;
}

type ServicePage = Page<ServiceView, ServicePlace>;

/** The platform's catalogue, newest first. */
export class ListServicesQuery extends Query<Result<ServicePage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListServicesRequest,
  ) {
    super();
  }
}

@QueryHandler(ListServicesQuery)
export class ListServicesHandler implements IQueryHandler<ListServicesQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListServicesQuery): Promise<Result<ServicePage>> {
    const verdict = authorize(principal, 'services.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { limit } = request;
    const rows = await listServices(this.parts.readDb, { ...request, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ registeredAt, id }) => ({ registeredAt, id })));
  }
}
