import { type Kysely, sql, type Transaction } from 'kysely';
import { type AnyTable, type Table, tableOfGeneration } from '../runner/model.js';
import { type ProfileAccess, profileAccess } from './profiles.js';
import { type ProjectAccess, projectAccess } from './projects.js';
import { type ResourceAccess, resourceAccess } from './resources.js';
import { accessModel, type KeyAccessRow, keyAccess, type MemberAccess, memberAccess } from './table.js';

export interface AccessDatabase {
  'read.checkpoints': {
    model: string;
    generation: number;
    version: number;
    live: boolean;
    position: string;
  };
}

/** All rows as they were at one position of the log. To be read one after the other, while `use` runs. */
export interface AccessSnapshot {
  /** As the port writes positions. */
  readonly position: string;
  readonly keys: AsyncIterable<KeyAccessRow>;
  readonly members: AsyncIterable<MemberAccess>;
  readonly resources: AsyncIterable<ResourceAccess>;
  readonly profiles: AsyncIterable<ProfileAccess>;
  readonly projects: AsyncIterable<ProjectAccess>;
}

const pageSize = 5_000;

/**
 * Reads everything verification needs, page by page, so that a million rows are never in memory at once.
 *
 * The tables are named by their generation, not by their views: a view would be looked up anew by each page,
 * and one that was switched meanwhile would show new tables as they were when this snapshot was taken, which
 * is half filled.
 * @returns what `use` returns; undefined when no tables of this version of the code are there yet
 * @throws when a rebuild dropped the tables at the moment of the first look: start over
 */
export async function readAccess<T>(
  db: Kysely<AccessDatabase>,
  use: (snapshot: AccessSnapshot) => Promise<T>,
): Promise<T | undefined> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => {
      const live = await transaction
        .selectFrom('read.checkpoints')
        .select(['generation', 'position'])
        .where('model', '=', accessModel.name)
        .where('version', '=', accessModel.version)
        .where('live', '=', true)
        .executeTakeFirst();
      if (!live) return undefined;
      const tables = accessModel.tables.map((table) => nameOf(table, live.generation));
      // From here on a rebuild that switches leaves them standing until we are done.
      await sql`lock table ${sql.join(tables)} in access share mode`.execute(transaction);
      return use({
        position: live.position,
        keys: rowsOf(transaction, keyAccess, live.generation),
        members: rowsOf(transaction, memberAccess, live.generation),
        resources: rowsOf(transaction, resourceAccess, live.generation),
        profiles: rowsOf(transaction, profileAccess, live.generation),
        projects: rowsOf(transaction, projectAccess, live.generation),
      });
    });
}

function nameOf(table: AnyTable, generation: number) {
  return sql.table(`read.${tableOfGeneration(table.name, generation)}`);
}

async function* rowsOf<Row extends object>(
  db: Transaction<AccessDatabase>,
  table: Table<Row>,
  generation: number,
): AsyncIterable<Row> {
  const name = nameOf(table, generation);
  const key = sql.ref(table.key);
  let after: string | undefined = '';
  while (after !== undefined) {
    const page: { rows: Row[] } = await sql<Row>`
      select * from ${name} where ${key} > ${after} order by ${key} limit ${pageSize}`.execute(db);
    yield* page.rows;
    const last = page.rows.length === pageSize ? page.rows.at(-1) : undefined;
    after = last && String(last[table.key]);
  }
}
