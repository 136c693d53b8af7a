import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A process that verifies, by what it said of itself when it was seen last. */
export interface ListedProcess {
  readonly id: string;
  /** Its index has what the log holds up to this position, at least. */
  readonly position: string;
  /** Unless it is seen again, it refuses to answer so long after it was seen. */
  readonly boundSeconds: number;
  /** How long ago it was seen, by the clock of the database, which all processes share. */
  readonly ageSeconds: number;
}

/** All processes that verify on one database. */
export interface ProcessList {
  /** This process is there, and its index is so far; once this has resolved, all others see it. */
  announce(position: string): Promise<void>;
  /** It answers nobody any more. */
  leave(): Promise<void>;
  /** All who have not left, this process among them; of one that was killed, what it said last. */
  read(): Promise<readonly ListedProcess[]>;
  /** Forgets those who were killed long ago. */
  sweep(): Promise<void>;
}

/** Many times the longest bound, so that a clock that is set forward does not make anybody forgotten who lives. */
const keptFor = sql.raw(`interval '7 days'`);

export const migrations: Record<string, Migration> = {
  '0001_verifying': {
    async up(db: Kysely<unknown>): Promise<void> {
      await sql`
        create table processes.verifying (
          id uuid primary key,
          position text not null,
          bound_seconds integer not null,
          seen_at timestamptz not null default clock_timestamp()
        )`.execute(db);
    },
  },
};

interface Options {
  readonly db: Kysely<unknown>;
  /** The name of this process: a UUID. */
  readonly processId: string;
  readonly boundSeconds: number;
}

export function createProcessList({ db, processId, boundSeconds }: Options): ProcessList {
  return {
    async announce(position) {
      await sql`
        insert into processes.verifying (id, position, bound_seconds)
        values (${processId}, ${position}, ${boundSeconds})
        on conflict (id) do update set position = excluded.position, seen_at = clock_timestamp()`.execute(db);
    },
    async leave() {
      await sql`delete from processes.verifying where id = ${processId}`.execute(db);
    },
    async read() {
      const { rows } = await sql<ListedProcess>`
        select id, position, bound_seconds as "boundSeconds",
          extract(epoch from clock_timestamp() - seen_at)::float8 as "ageSeconds"
        from processes.verifying`.execute(db);
      return rows;
    },
    async sweep() {
      await sql`delete from processes.verifying where seen_at < clock_timestamp() - ${keptFor}`.execute(db);
    },
  };
}
