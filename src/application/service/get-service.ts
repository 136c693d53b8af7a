import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type ServiceRow, serviceRows } from '../../../projections/services/table.js';
import { serviceStream } from '../../domain/service/events.js';
import { foldRow } from '../fold-row.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findService } from './find-service.js';

/** A service as whoever may read it sees it: the row of the read model. */
export type ServiceView = ServiceRow;

/** One service, read from the log itself: what was acknowledged is always in it. */
export class GetServiceQuery extends Query<Result<ServiceView>> {
  constructor(
    readonly principal: Principal,
    readonly serviceId: string,
  ) {
    super();
  }
}

@QueryHandler(GetServiceQuery)
export class GetServiceHandler implements IQueryHandler<GetServiceQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, serviceId }: GetServiceQuery): Promise<Result<ServiceView>> {
    const found = await findService(this.parts, principal, serviceId);
    if (!found.ok) return found;
    const row = await foldRow(this.parts.ledger, serviceRows, serviceStream(serviceId));
    return row ? done(row) : refuse('service.not_found');
  }
}
