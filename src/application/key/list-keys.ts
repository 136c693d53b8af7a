import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listKeys } from '../../../projections/keys/queries.js';
import type { KeyStatus } from '../../domain/key/status.js';
import { authorize, visibleKeysOf } from '../authorize.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result } from '../result.js';
import type { KeyView } from './key-view.js';
import { showKeys } from './show-keys.js';

/** The last key of a page: where the next one goes on. */
export interface KeyPlace {
  readonly createdAt: string;
  readonly id: string;
}

export interface ListKeysRequest {
  readonly projectId?: string;
  readonly status?: KeyStatus;
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: KeyPlace;
}

export interface KeyPage {
  readonly items: readonly KeyView[];
  /** Undefined on the last page. */
  readonly next: KeyPlace | undefined;
}

/** The keys a principal may see, newest first. */
export class ListKeysQuery extends Query<Result<KeyPage>> {
  constructor(
    readonly principal: Principal,
    readonly request: ListKeysRequest,
  ) {
    super();
  }
}

@QueryHandler(ListKeysQuery)
export class ListKeysHandler implements IQueryHandler<ListKeysQuery> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request }: ListKeysQuery): Promise<Result<KeyPage>> {
    const verdict = authorize(principal, 'keys.list');
    if (verdict !== 'allowed') return denied(verdict);
    const visible = visibleKeysOf(principal);
    const { limit, ...filters } = request;
    if (visible.projectId !== undefined && (filters.projectId ?? visible.projectId) !== visible.projectId) {
      return done({ items: [], next: undefined });
    }
    const at = this.parts.clock.now().toISOString();
    // One more than asked for tells whether there is another page.
    const rows = await listKeys(this.parts.readDb, { ...filters, ...visible, at, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return done({
      items: await showKeys(this.parts, principal, shown),
      next: last && { createdAt: last.createdAt, id: last.id },
    });
  }
}
