import type pg from 'pg';
import { pause } from './pause.js';

/**
 * What processes on one database call out to each other. Calls get lost while the connection is broken, and
 * anybody who uses the database can call: nothing may rest on them but how soon something is noticed.
 */
export interface Calls {
  /** Every process hears it, this one too. */
  call(channel: string, text?: string): Promise<void>;
  /** Hears until the signal aborts, on a connection of its own. */
  listen(heard: Readonly<Record<string, (text: string) => void>>, signal: AbortSignal): Promise<void>;
}

const pauseMilliseconds = 1_000;

/** @param pool loses one connection to whoever listens */
export function createCalls(pool: pg.Pool): Calls {
  return {
    async call(channel, text = '') {
      await pool.query('select pg_notify($1, $2)', [channel, text]);
    },
    async listen(heard, signal) {
      while (!signal.aborted) {
        // A connection that breaks is made again: whoever hears nothing meanwhile looks for himself.
        await hear(pool, heard, signal).catch(() => undefined);
        await pause(pauseMilliseconds, signal);
      }
    },
  };
}

/** Until the connection breaks or the signal aborts. */
async function hear(
  pool: pg.Pool,
  heard: Readonly<Record<string, (text: string) => void>>,
  signal: AbortSignal,
): Promise<void> {
  const client = await pool.connect();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const stop = (): void => end();
  client.once('end', stop);
  client.on('notification', ({ channel, payload = '' }) => heard[channel]?.(payload));
  signal.addEventListener('abort', stop);
  try {
    for (const channel of Object.keys(heard))
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
    if (!signal.aborted) await over;
  } finally {
    signal.removeEventListener('abort', stop);
    client.release(true);
  }
}
