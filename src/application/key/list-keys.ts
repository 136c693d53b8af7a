import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type KeyFilters, type KeyPlace, type KeySort, mustScan } from '../../../projections/keys/filters.js';
import { countKeys, type ListedKey, listKeys } from '../../../projections/keys/queries.js';
import { authorize, seesPersonalData, visibleKeysOf } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import type { KeyView } from './key-view.js';
import { listPast } from './list-past.js';
import { showKeys } from './show-keys.js';

export { type KeySort, keySorts } from '../../../projections/keys/filters.js';

/** A list that no index answers looks at so many keys at most, a fraction of a second's work. */
export const scannedKeysMax = 100_000;

export interface ListKeysRequest {
  readonly filters: KeyFilters;
  readonly sort: KeySort;
  /** ISO instant: the keys as they were then. */
  readonly asOf?: string;
  /** 1 to 200. */
  readonly limit: number;
  readonly after?: KeyPlace;
}

export type KeyPage = Page<KeyView, KeyPlace>;

/** The keys a principal may see. */
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
    const { filters, limit, asOf, ...rest } = request;
    if (filters.requestor !== undefined && !seesPersonalData(principal)) {
      return refuse('right.missing', 'requestor');
    }
    const now = this.parts.clock.now().toISOString();
    if (asOf !== undefined && asOf > now) return refuse('past.not_yet', 'asOf');
    const asked = { ...rest, filters, limit: limit + 1 };
    const rows =
      asOf === undefined
        ? await this.listPresent(principal, asked, now)
        : await listPast(this.parts, principal, { ...asked, asOf });
    if (!rows.ok) return rows;
    const { items, next } = pageOf(rows.value, limit, ({ place }) => place);
    return done({ items: await showKeys(this.parts, principal, items, asOf), next });
  }

  private async listPresent(
    principal: Principal,
    request: Omit<ListKeysRequest, 'asOf'>,
    at: string,
  ): Promise<Result<readonly ListedKey[]>> {
    const { filters, sort } = request;
    const { teamId, ...visible } = visibleKeysOf(principal);
    const listing = { ...request, teamId, visible, at };
    if (mustScan(filters, sort)) {
      const found = await countKeys(this.parts.readDb, listing, scannedKeysMax + 1);
      if (found > scannedKeysMax) return refuse('list.too_many_keys');
    }
    return done(await listKeys(this.parts.readDb, listing));
  }
}
