import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The log in schema `log`. Positions are dense and given in the order of commit: whoever has read up to
 * one has read all that ever comes before it. A sequence cannot do that, for it gives its numbers
 * before the commit; here writers take turns, each until it has committed.
 */
export const migrations: Record<string, Migration> = {
  '0001_log': {
    async up(database: Kysely<unknown>): Promise<void> {
      for (const statement of [events, head, appendGroup]) await sql.raw(statement).execute(database);
    },
  },
};

const events = `
  create table log.events (
    position bigint primary key,
    stream text collate "C" not null,
    revision bigint not null,
    id uuid not null,
    type text not null,
    data bytea not null,
    metadata bytea not null,
    unique (stream, revision)
  )`;

const head = 'create view log.head as select coalesce(max(position), 0) as position from log.events';

/**
 * Stores the appends of a group whose expected revision holds, and answers for each append, in order:
 * stored, its revision (the actual one if not stored), its position (null if not stored). `counts`
 * says how many of `ids`, `types`, `data` and `metadata` belong to each append; a stream may stand in
 * the group once. Call it alone in a transaction at READ COMMITTED.
 *
 * The lock is taken by a statement of its own: the next one begins with a fresh snapshot, which has all
 * that earlier holders stored. One statement for both would check against the past. The head is no row
 * of its own that they lock and count up, because every group would leave a dead version of it, to be
 * read by all later ones as long as any old transaction, such as a backup, keeps them from removal.
 */
const appendGroup = `
  create function log.append_group(
    streams text[], expected bigint[], counts int[],
    ids uuid[], types text[], data bytea[], metadata bytea[]
  ) returns table (stored boolean, revision bigint, "position" bigint)
  language plpgsql volatile as $$
  #variable_conflict use_column
  declare
    base bigint;
  begin
    perform pg_advisory_xact_lock('log.events'::regclass::oid::int, 0);
    select head.position into strict base from log.head;

    return query
    with append as (
      select a.*,
        sum(a.count) over (order by a.ordinal) - a.count as before,
        coalesce((
          select e.revision from log.events e where e.stream = a.stream order by e.revision desc limit 1
        ), 0) as actual
      from unnest(streams, append_group.expected, counts)
        with ordinality as a (stream, expected, count, ordinal)
    ),
    good as (
      select a.*, base + sum(a.count) over (order by a.ordinal) - a.count as base
      from append a where a.actual = a.expected
    ),
    written as (
      insert into log.events (position, stream, revision, id, type, data, metadata)
      select g.base + nth, g.stream, g.expected + nth, e.id, e.type, e.data, e.metadata
      from good g
      cross join generate_series(1, g.count) nth
      join unnest(ids, types, append_group.data, append_group.metadata)
        with ordinality as e (id, type, data, metadata, ordinal) on e.ordinal = g.before + nth
    )
    select g.ordinal is not null or repeated.yes,
      case when g.ordinal is not null or repeated.yes then a.expected + a.count else a.actual end,
      case when repeated.yes then repeated.position else g.base + g.count end
    from append a
    left join good g using (ordinal)
    cross join lateral (
      select coalesce(array_agg(e.id order by e.revision) = ids[a.before + 1 : a.before + a.count], false) as yes,
        max(e.position) as position
      from log.events e
      where a.actual > a.expected and e.stream = a.stream
        and e.revision > a.expected and e.revision <= a.expected + a.count
    ) repeated
    order by a.ordinal;

    perform pg_notify('compass_log', head.position::text) from log.head where head.position > base;
  end $$`;
