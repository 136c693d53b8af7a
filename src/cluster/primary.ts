import type { Config } from '../config/config.js';
import { openInstallation } from '../installation.js';
import type { Log } from '../platform/log.js';
import type { Service } from '../service.js';
import { findFreePort } from './port.js';
import { createWorkers } from './workers.js';

/**
 * Starts a service of several processes on one port. This one, the primary, prepares the installation and
 * holds the embedded database; it serves nothing itself, so nothing of what it does can keep an answer waiting.
 * @param stopping when it aborts, what has only begun to start is given up; the service is still to be stopped
 * @throws Error in words when it cannot start; nothing is left running
 */
export async function startProcesses(config: Config, log: Log, stopping: AbortSignal): Promise<Service> {
  const port = await findFreePort(config.host, config.httpPort);
  const installation = await openInstallation({ config, log, as: 'service' });
  const workers = createWorkers({ count: config.processesCount, port, log });
  const giveUp = () => void workers.stop().catch(() => undefined);
  stopping.addEventListener('abort', giveUp);
  try {
    return {
      url: stopping.aborted ? '' : await workers.start(),
      async stop() {
        try {
          await workers.stop();
        } finally {
          await installation.close();
        }
      },
    };
  } catch (error) {
    // Why they do not end well is what is thrown already.
    await workers.stop().catch(() => undefined);
    await installation.close();
    throw error;
  }
}
