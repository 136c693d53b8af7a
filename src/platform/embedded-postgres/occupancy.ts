import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './session.js';

/**
 * Who uses the cluster, told by advisory locks, which vanish with the process that holds them: one
 * service at most, and any number of users (services and commands), of whom the last one stops it.
 */
const service = 1;
const users = 2;

/** Another service runs on the same data. */
export class DataInUse extends Error {
  override readonly name = 'DataInUse';
}

/**
 * Makes this process the one service of the cluster.
 * @throws DataInUse when there is one already
 */
export async function becomeService(session: Session): Promise<void> {
  // The lock of a service that was killed goes as soon as Postgres notices, so a moment later.
  for (let attempt = 0; attempt < 15; attempt++) {
    const [row] = await session.query<{ granted: boolean }>(
      `select pg_try_advisory_lock(${service}) as granted`,
    );
    if (row?.granted) return;
    await sleep(100);
  }
  const [holder] = await session.query<{ name: string }>(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and objid = ${service} and granted`,
  );
  throw new DataInUse(
    `Another service already runs on this data (${holder?.name ?? 'it just ended'}). ` +
      'Stop it first, or give this one a directory of its own by COMPASS_DATA_DIR.',
  );
}

/** Waits, where the last user is just stopping Postgres, until the connection breaks. */
export async function becomeUser(session: Session): Promise<void> {
  await session.query(`select pg_advisory_lock_shared(${users})`);
}

/** @returns true when nobody else uses the cluster; then nobody can begin to, until this session ends */
export async function leave(session: Session): Promise<boolean> {
  await session.query(`select pg_advisory_unlock_shared(${users})`);
  const [row] = await session.query<{ last: boolean }>(`select pg_try_advisory_lock(${users}) as last`);
  return row?.last ?? false;
}
