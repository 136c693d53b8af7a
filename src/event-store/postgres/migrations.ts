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
 * Stores the appends of a group whose expected revision holds, in order, and says what the head and the
 * actual revision of each append's stream were before. `owners` says for each event which append, counted
 * from 1, it belongs to; a stream may stand in the group once. An append that was stored before, with the
 * same ids at the same revisions, has the position of its last event in `repeated`; all others have null
 * there. Call it alone in a transaction at READ COMMITTED.
 *
 * The lock is taken by a statement of its own: the next one begins with a fresh snapshot, which has all
 * that earlier holders stored. One statement for both would check against the past. The head is no row
 * of its own that they lock and count up, because every group would leave a dead version of it, to be
 * read by all later ones as long as any old transaction, such as a backup, keeps them from removal.
 */
const appendGroup = `
  create function log.append_group(
    streams text[], expected bigint[], owners int[], revisions bigint[],
    ids uuid[], types text[], data bytea[], metadata bytea[],
    out base bigint, out actual bigint[], out repeated bigint[]
  )
  language plpgsql volatile as $$
  #variable_conflict use_column
  declare
    written bigint;
  begin
    perform pg_advisory_xact_lock('log.events'::regclass::oid::int, 0);
    select head.position into strict base from log.head;

    actual := array(
      select coalesce((
        select e.revision from log.events e where e.stream = a.stream order by e.revision desc limit 1
      ), 0)
      from unnest(streams) with ordinality a (stream, number) order by a.number
    );

    insert into log.events (position, stream, revision, id, type, data, metadata)
    select append_group.base + row_number() over (order by e.number),
      streams[e.owner], e.revision, e.id, e.type, e.data, e.metadata
    from unnest(owners, revisions, ids, types, append_group.data, append_group.metadata)
      with ordinality e (owner, revision, id, type, data, metadata, number)
    where append_group.actual[e.owner] = append_group.expected[e.owner]
    order by e.number;
    get diagnostics written = row_count;

    if actual <> expected then
      repeated := array(
        select case when bool_and(stored.id is not distinct from e.id) then max(stored.position) end
        from unnest(owners, revisions, ids) e (owner, revision, id)
        left join log.events stored
          on stored.stream = streams[e.owner] and stored.revision = e.revision
          and append_group.actual[e.owner] <> append_group.expected[e.owner]
        group by e.owner order by e.owner
      );
    end if;

    if written > 0 then
      perform pg_notify('compass_log', (base + written)::text);
    end if;
  end $$`;
