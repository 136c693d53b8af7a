import type pg from 'pg';
import type { Page } from '../following/follow.js';
import { type Position, type ReadOptions, type RecordedEvent, start } from '../port.js';
import { runStatement } from './connections.js';
import { explainFailure } from './failures.js';

/** Of a page, whatever comes first; one event at least. */
export const pageLimits = { events: 1_000, bytes: 8_000_000 };

const lastRevision = 2n ** 63n - 1n;

export interface EventRow {
  readonly position: Position;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
  /** Events of the page before it was cut to its size in bytes. */
  readonly found: number;
}

/** As text, whatever its type: the driver's own ways to read numbers and bytes take longer. */
interface LogRow extends Omit<EventRow, 'data' | 'metadata' | 'found'> {
  /** Base64, as is the metadata: two thirds of the hexadecimal digits that Postgres would send. */
  readonly data: string;
  readonly metadata: string;
  /** Position of the head when the page was read. */
  readonly head: Position;
}

/**
 * The next events of the log after a position, as one snapshot.
 * @param bodiless types of events that come without data and metadata
 */
export async function readLog(
  pool: pg.Pool,
  after: Position,
  bodiless: readonly string[] = [],
): Promise<Page> {
  const rows = await query<LogRow>(pool, {
    name: 'read_log',
    text: selectLog,
    values: [after, pageLimits.events, bodiless],
    types: asText,
  });
  requireWhole(after, rows);
  return {
    events: rows.map(fromText),
    caughtUp: (rows.at(-1)?.position ?? after) === (rows[0]?.head ?? after),
  };
}

/** @throws Error when the events after a position are not all there */
export function requireWhole(after: Position, events: readonly { readonly position: Position }[]): void {
  const last = events.at(-1)?.position ?? after;
  if (BigInt(last) - BigInt(after) === BigInt(events.length)) return;
  throw new Error(`Events are missing from the log between the positions ${after} and ${last}.`);
}

const asText: pg.CustomTypesConfig = { getTypeParser: () => String };

/**
 * The events of a page, whose size is known without fetching large values.
 * @param after position, as it is written in SQL
 * @param count likewise
 */
export function selectPage(after: string, count: string | number): string {
  return `
    select *, (select position from log.head) as head
    from (
      select *, sum(size) over (order by position rows unbounded preceding) - size as bytes_before
      from (
        select *, octet_length(data) + octet_length(metadata) as size
        from log.events where position > ${after} order by position limit ${count}
      ) page
    ) measured
    where bytes_before < ${pageLimits.bytes}
    order by position`;
}

const selectLog = `
  select position, stream, revision, id, type, head,
    case when type = any($3) then '' else encode(data, 'base64') end as data,
    case when type = any($3) then '' else encode(metadata, 'base64') end as metadata
  from (${selectPage('$1', '$2')}) as page`;

function fromText({ position, stream, revision, id, type, data, metadata }: LogRow): RecordedEvent {
  return {
    position,
    stream,
    revision: BigInt(revision),
    id,
    type,
    data: Buffer.from(data, 'base64'),
    metadata: Buffer.from(metadata, 'base64'),
  };
}

export async function readHead(pool: pg.Pool): Promise<Position> {
  const [head] = await query<{ position: Position }>(pool, {
    name: 'read_head',
    text: 'select position from log.head',
  });
  return head?.position ?? start;
}

/** What a page of a stream is to hold. */
export interface StreamAsk {
  readonly stream: string;
  /** The first revision wanted; backwards the last. */
  readonly from: bigint;
  /** At most so many events, 1,000 at most. */
  readonly size: number;
}

/** Reads pages of streams forwards. */
export type ReadPage = (ask: StreamAsk) => Promise<EventRow[]>;

/** @see EventStore.readStream */
export async function* readStream(
  pool: pg.Pool,
  readForwards: ReadPage,
  stream: string,
  { from, limit = Number.POSITIVE_INFINITY, backwards = false }: ReadOptions,
): AsyncIterable<RecordedEvent> {
  let next = from ?? (backwards ? lastRevision : 1n);
  let left = limit;
  while (left > 0) {
    const ask = { stream, from: next, size: Math.min(left, pageLimits.events) };
    const rows = await (backwards ? readBackwards(pool, ask) : readForwards(ask));
    yield* rows.map(toRecorded);
    const last = rows.at(-1);
    if (!last || (rows.length === last.found && last.found < ask.size)) return;
    left -= rows.length;
    next = BigInt(last.revision) + (backwards ? -1n : 1n);
  }
}

async function readBackwards(pool: pg.Pool, { stream, from, size }: StreamAsk): Promise<EventRow[]> {
  return query<EventRow>(pool, {
    name: 'read_backwards',
    text: selectBackwards,
    values: [from, size, stream],
  });
}

/** Postgres counts the bytes of large values without fetching them. */
const selectBackwards = `
  select position, stream, revision, id, type, data, metadata, found::int
  from (
    select *, count(*) over () as found, sum(size) over (order by revision desc) - size as bytes_before
    from (
      select *, octet_length(data) + octet_length(metadata) as size
      from log.events where stream = $3 and revision <= $1 order by revision desc limit $2
    ) page
  ) measured
  where bytes_before < ${pageLimits.bytes}
  order by revision desc`;

export async function query<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  statement: pg.QueryConfig,
): Promise<Row[]> {
  return runStatement<Row>(pool, statement).catch((error: unknown) => {
    throw explainFailure(error);
  });
}

function toRecorded({ position, stream, revision, id, type, data, metadata }: EventRow): RecordedEvent {
  return { position, stream, revision: BigInt(revision), id, type, data, metadata };
}
