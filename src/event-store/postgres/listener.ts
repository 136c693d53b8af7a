import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { untilAborted } from '../following/abortable.js';
import { type Position, start } from '../port.js';

const positionForm = /^\d{1,19}$/;
const backOff = { firstMilliseconds: 50, longestMilliseconds: 1_000 };

/**
 * Tells of every head that Postgres notifies us of, until the signal aborts. A connection that breaks
 * is made again, after a while that doubles; whoever relies on the news must look himself meanwhile.
 */
export async function listen(
  createClient: () => pg.Client,
  onHead: (position: Position) => void,
  signal: AbortSignal,
): Promise<void> {
  let pause = backOff.firstMilliseconds;
  while (!signal.aborted) {
    const client = createClient();
    const ended = new Promise<void>((done) => client.once('end', () => done()));
    client.on('error', () => undefined);
    client.on('notification', ({ payload = '' }) => {
      // Anybody who uses the database can notify, and write what he likes.
      if (positionForm.test(payload)) onHead(payload as Position);
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
async function missed(client: pg.Client): Promise<Position> {
  const { rows } = await client.query<{ position: Position }>('select position from log.head');
  return rows[0]?.position ?? start;
}
