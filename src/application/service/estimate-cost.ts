import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type Cost, estimate } from '../../domain/service/estimate.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findService } from './find-service.js';

export interface EstimateRequest {
  readonly model: string;
  /** Whole numbers by unit. */
  readonly quantities: Readonly<Record<string, number>>;
}

export interface CostEstimate extends Cost {
  /** ISO 4217. */
  readonly currency: string;
}

/** What a request with a service would cost by its present prices. Nothing is recorded. */
export class EstimateCostQuery extends Query<Result<CostEstimate>> {
  constructor(
    readonly principal: Principal,
    readonly serviceId: string,
    readonly request: EstimateRequest,
  ) {
    super();
  }
}

@QueryHandler(EstimateCostQuery)
export class EstimateCostHandler implements IQueryHandler<EstimateCostQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, serviceId, request }: EstimateCostQuery): Promise<Result<CostEstimate>> {
    const found = await findService(this.parts, principal, serviceId);
    if (!found.ok) return found;
    const quantities = Object.entries(request.quantities).map(([unit, quantity]) => ({ unit, quantity }));
    const estimated = estimate(found.value, request.model, quantities);
    if (!estimated.ok) return refuse(estimated.code, estimated.field);
    return done({ ...estimated.cost, currency: found.value.currency });
  }
}
