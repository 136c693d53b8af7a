import { readModels } from '../../projections/models.js';
import { createFollowers } from '../../projections/runner/followers.js';
import { together } from '../../projections/runner/together.js';
import type { Config } from '../config/config.js';
import { openInstallation } from '../installation.js';
import { systemClock } from '../platform/clock.js';
import type { Log } from '../platform/log.js';
import type { Service } from '../service.js';
import { findFreePort } from './port.js';
import { createWorkers } from './workers.js';

/**
 * Starts a service of several processes on one port. This one, the primary, prepares the installation, holds the
 * embedded database and keeps the read models for all; it serves nothing itself, so nothing of what it does can keep
 * an answer waiting.
 * @param stopping when it aborts, what has only begun to start is given up; the service is still to be stopped
 * @throws Error in words when it cannot start; nothing is left running
 */
export async function startProcesses(config: Config, log: Log, stopping: AbortSignal): Promise<Service> {
  const port = await findFreePort(config.host, config.httpPort);
  const installation = await openInstallation({ config, log, as: 'service' });
  const workers = createWorkers({ count: config.processesCount, port, log });
  const { workDb: db, databaseUrl: connectionString, ledger } = installation;
  const models = readModels;
  const followers = createFollowers({ db, connectionString, ledger, models, clock: systemClock, log });
  const giveUp = () => {
    void workers.stop().catch(() => undefined);
    void followers.stop().catch(() => undefined);
  };
  stopping.addEventListener('abort', giveUp);

  async function stop(): Promise<void> {
    try {
      await workers.stop();
    } finally {
      await followers.stop();
      await installation.close();
    }
  }

  try {
    if (!stopping.aborted) await followers.start(together(workers.tell));
    return { url: stopping.aborted ? '' : await workers.start(), stop };
  } catch (error) {
    // Why they do not end well is what is thrown already.
    await stop().catch(() => undefined);
    throw error;
  }
}
