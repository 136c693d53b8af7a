import pg from 'pg';
import { askTogether } from '../../src/platform/ask-together.js';

/** A lock that this process holds, until it releases it or its connection breaks. */
export interface Hold {
  /** Aborts when the connection breaks: another process may have the lock now. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface Locks {
  /** @returns undefined when somebody holds the lock, be it this process */
  tryAcquire(name: string): Promise<Hold | undefined>;
  /** Gives all locks back. */
  close(): Promise<void>;
}

/**
 * Advisory locks of Postgres on one connection of their own: they end with it, so those of a process that
 * died are free at once. They say who should work; that nobody else did is checked where it counts, in the
 * transaction of each batch.
 */
export function createLocks(connectionString: string): Locks {
  let connection: Promise<pg.Client> | undefined;
  let asking: Promise<unknown> = Promise.resolve();
  const held = new Map<string, AbortController>();

  function connected(): Promise<pg.Client> {
    if (connection) return connection;
    const client = new pg.Client({
      connectionString,
      application_name: 'compass-read-model-locks',
      connectionTimeoutMillis: 5_000,
      query_timeout: 10_000,
      keepAlive: true,
      // Postgres too asks whether the other side lives: a machine that vanished says no good-bye.
      options: '-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3',
    });
    const opened = client.connect().then(() => client);
    connection = opened;
    client.on('error', () => lose(opened));
    client.on('end', () => lose(opened));
    opened.catch(() => lose(opened));
    return opened;
  }

  /** A connection breaks with more than one event, and the later ones must not take its successor for broken. */
  function lose(broken: Promise<pg.Client>): void {
    if (connection !== broken) return;
    connection = undefined;
    for (const lost of held.values()) lost.abort();
    held.clear();
  }

  /** One question after the other: the driver no longer queues them by itself. */
  function ask(statement: string, names: readonly string[]): Promise<boolean[]> {
    const answers = asking.then(() => askNow(statement, names));
    asking = answers.catch(() => undefined);
    return answers;
  }

  /** Those of a process want theirs at the same moments. */
  const acquire = askTogether((names: readonly string[]) => ask(acquisition, names));

  /** A connection that failed once may hold locks that nobody knows of: it is not used again. */
  async function askNow(statement: string, names: readonly string[]): Promise<boolean[]> {
    const opened = connected();
    const client = await opened;
    try {
      const { rows } = await client.query<{ answer: boolean }>(statement, [names]);
      return rows.map(({ answer }) => answer);
    } catch (error) {
      lose(opened);
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  function forget(name: string, lost: AbortController): boolean {
    return held.get(name) === lost && held.delete(name);
  }

  async function giveBack(name: string, lost: AbortController): Promise<void> {
    if (forget(name, lost)) await ask(release, [name]);
  }

  return {
    async tryAcquire(name) {
      // Postgres would give a session the same lock twice.
      if (held.has(name)) return undefined;
      const lost = new AbortController();
      held.set(name, lost);
      const acquired = await acquire(name).catch((error: unknown) => {
        forget(name, lost);
        throw error;
      });
      if (acquired) return { lost: lost.signal, release: () => giveBack(name, lost) };
      forget(name, lost);
      return undefined;
    },
    async close() {
      const client = await connection?.catch(() => undefined);
      await client?.end();
    },
  };
}

/** One answer for each name, in their order. */
const forEach = (answer: string) => `
  select ${answer} as answer from unnest($1::text[]) with ordinality as lock (name, number) order by number`;
const acquisition = forEach('pg_try_advisory_lock(hashtextextended(name, 0))');
const release = forEach('pg_advisory_unlock(hashtextextended(name, 0))');
