import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listResources } from '../../../projections/resources/queries.js';
import type { ResourceStatus } from '../../domain/resource/state.js';
import { authorize } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { ResourceView } from './get-resource.js';

/** The last resource of a page: where the next one goes on. */
export interface ResourcePlace {
  readonly registeredAt: string;
  readonly id: string;
}

export interface ListResourcesRequest {
  readonly status?: ResourceStatus;
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: ResourcePlace;
}

type ResourcePage = Page<ResourceView, ResourcePlace>;

/** The resources of the principal's team, newest first. */
export class ListResourcesQuery extends Query<Result<ResourcePage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListResourcesRequest,
  ) {
    super();
  }
}

@QueryHandler(ListResourcesQuery)
export class ListResourcesHandler implements IQueryHandler<ListResourcesQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListResourcesQuery): Promise<Result<ResourcePage>> {
    const verdict = authorize(principal, 'resources.read');
    if (verdict !== 'allowed') return denied(verdict);
    const { teamId } = principal;
    const { limit } = request;
    const rows = await listResources(this.parts.readDb, { ...request, teamId, limit: limit + 1 });
    return done(pageOf(rows, limit, ({ registeredAt, id }) => ({ registeredAt, id })));
  }
}
