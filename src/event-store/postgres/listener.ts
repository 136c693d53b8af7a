import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { untilAborted } from './abortable.js';

const positionForm = /^\d{1,19}$/;
const backOff = { firstMilliseconds: 50, longestMilliseconds: 10_000 };

/**
 * Tells of every head that Postgres notifies us of, until the signal aborts. A connection that breaks
 * is made again, after a while that doubles; whoever relies on the news must look himself meanwhile.
 */
export async function listen(
  createClient: () => pg.Client,
  onHead: (position: bigint) => void,
  signal: AbortSignal,
): Promise<void> {
  let pause = backOff.firstMilliseconds;
  while (!signal.aborted) {
    const client = createClient();
    const ended = new Promise<void>((done) => client.once('end', () => done()));
    client.on('error', () => undefined);
    client.on('notification', ({ payload = '' }) => {
      // Anybody who uses the database can notify, and write what he likes.
      if (positionForm.test(payload)) onHead(BigInt(payload));
    });
    try {
      await client.connect();
      await client.query('listen compass_log');
      onHead(await missed(client));
      pause = backOff.firstMilliseconds;
      await untilAborted(ended, signal);
    } catch {
      pause = Math.min(pause * 2, backOff.longestMilliseconds);
    }
    const closed = client.end();
    if (signal.aborted) await closed;
    await untilAborted(sleep(pause, undefined, { ref: false }), signal);
  }
}

/** Where the log went while nobody listened. */
async function missed(client: pg.Client): Promise<bigint> {
  const { rows } = await client.query<{ position: string }>('select position from log.head');
  return BigInt(rows[0]?.position ?? 0);
}
