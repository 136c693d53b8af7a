import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type ResourceRow, resourceRows } from '../../../projections/resources/table.js';
import { resourceStream } from '../../domain/resource/events.js';
import { foldRow } from '../fold-row.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findResource } from './find-resource.js';

/** A resource as whoever may read it sees it: the row of the read model. */
export type ResourceView = ResourceRow;

/** One resource, read from the log itself: what was acknowledged is always in it. */
export class GetResourceQuery extends Query<Result<ResourceView>> {
  constructor(
    readonly principal: Principal,
    readonly resourceId: string,
  ) {
    super();
  }
}

@QueryHandler(GetResourceQuery)
export class GetResourceHandler implements IQueryHandler<GetResourceQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, resourceId }: GetResourceQuery): Promise<Result<ResourceView>> {
    const found = await findResource(this.parts, principal, 'resources.read', resourceId);
    if (!found.ok) return found;
    const row = await foldRow(this.parts.ledger, resourceRows, resourceStream(resourceId));
    return row ? done(row) : refuse('resource.not_found');
  }
}
