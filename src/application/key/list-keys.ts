import { Inject } from '@nestjs/common';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { type KeyFilters, type KeyPlace, type KeySort, mustScan } from '../../../projections/keys/filters.js';
import { countKeys, type KeyListing, type ListedKey, listKeys } from '../../../projections/keys/queries.js';
import { authorize, seesPersonalData, visibleKeysOf } from '../authorize.js';
import { type Page, pageOf } from '../page.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { denied, done, type Result, refuse } from '../result.js';
import type { KeyView } from './key-view.js';
import { listPast } from './list-past.js';
import { serviceFilterOf } from './service-filter.js';
import { showKeys } from './show-keys.js';

export { type KeySort, keySorts } from '../../../projections/keys/filters.js';

/** A list that no index answers looks at so many keys at most, a fraction of a second's work. */
export const scannedKeysMax = 100_000;

/** A service is named by its id; which of the keys have it also follows from the catalogue. */
export interface AskedFilters extends Omit<KeyFilters, 'service'> {
  readonly serviceId?: string;
}

export interface ListKeysRequest {
  readonly filters: AskedFilters;
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
    const { filters: asked, limit, asOf, ...rest } = request;
    if (asked.requestor !== undefined && !seesPersonalData(principal)) {
      return refuse('right.missing', 'requestor');
    }
    const now = this.parts.clock.now().toISOString();
    if (asOf !== undefined && asOf > now) return refuse('past.not_yet', 'asOf');
    const { serviceId, ...given } = asked;
    const service = serviceId === undefined ? {} : await serviceFilterOf(this.parts, serviceId, asOf ?? now);
    const listing = { ...rest, filters: { ...given, ...service }, limit: limit + 1 };
    const rows =
      asOf === undefined
        ? await this.listPresent(principal, listing, now)
        : await listPast(this.parts, principal, { ...listing, asOf });
    if (!rows.ok) return rows;
    const { items, next } = pageOf(rows.value, limit, ({ place }) => place);
    return done({ items: await showKeys(this.parts, principal, items, asOf), next });
  }

  private async listPresent(
    principal: Principal,
    request: Omit<KeyListing, 'teamId' | 'visible' | 'at'>,
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
