import { type Kysely, sql } from 'kysely';

/**
 * Does what one process at a time should do, unless another one is at it. The lock ends with a transaction
 * that is kept open meanwhile, and so with the process; work of more than half a minute may lose it.
 * @param name the same in all processes
 * @returns what the work returns; undefined when it is somebody else's turn
 * @throws what the work or the database throws
 */
export async function inTurn<T>(
  db: Kysely<unknown>,
  name: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return db.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ isMine: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as "isMine"`.execute(transaction);
    return rows[0]?.isMine === true ? work() : undefined;
  });
}
