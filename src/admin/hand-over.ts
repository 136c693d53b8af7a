import { sql } from 'kysely';
import type { Config } from '../config/config.js';
import { createPostgresEventStore } from '../event-store/postgres/index.js';
import { type Installation, openInstallation } from '../installation.js';
import type { Log } from '../platform/log.js';
import { type Copied, type CopyProgress, copyLog } from './copy-log.js';
import { countServing } from './serving.js';

/** Where a log can be; either may be copied to the other. */
export const engines = ['eventstore', 'postgres'] as const;
export type Engine = (typeof engines)[number];

export interface HandOver extends Copied {
  /** Processes that serve still, whatever they write after this is not copied. */
  readonly serving: number;
  /** Whether the next start may be on the other engine: nobody serves, and nothing was left. */
  readonly isDone: boolean;
}

/**
 * Copies the log of an installation to the other engine, beside a service that may be running. When none is, and
 * everything is there, the read models are told to begin anew, since positions of one engine mean nothing in the
 * other: from then on a service may start on either.
 * @throws Error in words; LogsDiffer
 */
export async function copyTo(
  to: Engine,
  config: Config,
  log: Log,
  onProgress?: (progress: CopyProgress) => void,
): Promise<HandOver> {
  const { eventStoreUrl, eventStorePrefix } = config;
  if (eventStoreUrl === undefined) {
    throw new Error('COMPASS_EVENTSTORE_URL must name the EventStoreDB that the log is copied to, or from.');
  }
  const { createEventStoreDbEventStore } = await import('../event-store/eventstoredb/index.js');
  const installation = await openInstallation({ config, log, as: 'tool' });
  const inPostgres = createPostgresEventStore({ url: installation.databaseUrl });
  const inEventStore = createEventStoreDbEventStore({ url: eventStoreUrl, prefix: eventStorePrefix });
  const [source, target] = to === 'eventstore' ? [inPostgres, inEventStore] : [inEventStore, inPostgres];
  try {
    const servingBefore = await countServing(installation.workDb);
    const copied = await copyLog({ source, target, onProgress });
    const serving = Math.max(servingBefore, await countServing(installation.workDb));
    const isDone = serving === 0 && copied.left === 0;
    if (isDone) await beginAnew(installation);
    return { ...copied, serving, isDone };
  } finally {
    await Promise.all([inPostgres.close(), inEventStore.close()]);
    await installation.close();
  }
}

/** Tables without a live checkpoint are made anew by the next start, which then drops these. */
async function beginAnew({ workDb }: Installation): Promise<void> {
  await sql`update read.checkpoints set live = false`.execute(workDb);
}
