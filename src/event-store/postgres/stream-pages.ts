import type pg from 'pg';
import { askTogether } from '../../platform/ask-together.js';
import { type EventRow, pageLimits, query, type StreamAsk } from './read.js';

/** An event of a stream; nulls where the stream has none for an ask. */
type AskedRow = { readonly ask: number } & (
  | EventRow
  | { readonly [field in keyof EventRow]: field extends 'found' ? 0 : null }
);

/** In one statement. More would make Postgres measure long pages that are cut off anyway. */
const asksMaxCount = 100;

/**
 * Reads pages of streams, with one statement for all who ask in the same turn of the event loop: commands come
 * in crowds, each wants a few events, and asking costs both sides more than answering.
 *
 * A page is read after it was asked for, never before, so it has all that was stored until then.
 */
export function createStreamPages(pool: pg.Pool): (ask: StreamAsk) => Promise<EventRow[]> {
  const read = askTogether((asks: readonly StreamAsk[]) => readTogether(pool, asks), asksMaxCount);
  return async (ask) => {
    for (;;) {
      const page = await read(ask);
      if (page) return page;
    }
  };
}

/** One answer for each ask; undefined for those that came after the statement had given all the bytes it gives. */
async function readTogether(pool: pg.Pool, asks: readonly StreamAsk[]): Promise<(EventRow[] | undefined)[]> {
  const different = new Map(asks.map((ask) => [nameOf(ask), ask]));
  const values = [...different.values()];
  const rows = await query<AskedRow>(pool, {
    name: 'read_streams',
    text: selectPages,
    values: [
      values.map(({ stream }) => stream),
      values.map(({ from }) => from),
      values.map(({ size }) => size),
    ],
  });
  const pages = Map.groupBy(rows, ({ ask }) => ask);
  const names = [...different.keys()];
  const byName = new Map(names.map((name, index) => [name, pages.get(index + 1)?.filter(isEvent)]));
  return asks.map((ask) => byName.get(nameOf(ask)));
}

function nameOf({ stream, from, size }: StreamAsk): string {
  return `${from} ${size} ${stream}`;
}

function isEvent(row: AskedRow): row is AskedRow & EventRow {
  return row.position !== null;
}

const selectPages = `
  select ask::int, position, stream, revision, id, type, data, metadata, found::int
  from (
    select *, count(position) over (partition by ask) as found,
      sum(size) over (order by ask, revision) - size as bytes_before
    from (
      select asked.number as ask, event.*,
        coalesce(octet_length(event.data) + octet_length(event.metadata), 0) as size
      from unnest($1::text[], $2::bigint[], $3::int[]) with ordinality asked (stream, first, size, number)
      left join lateral (
        select * from log.events
        where events.stream = asked.stream and events.revision >= asked.first
        order by events.revision limit asked.size
      ) event on true
    ) page
  ) measured
  where bytes_before < ${pageLimits.bytes}
  order by ask, revision`;
