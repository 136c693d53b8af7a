import { type MessagePort, parentPort } from 'node:worker_threads';
import { readModels } from '../projections/models.js';
import { createFollowers } from '../projections/runner/followers.js';
import { together } from '../projections/runner/together.js';
import { loadConfig } from './config/config.js';
import { openInstallation } from './installation.js';
import { systemClock } from './platform/clock.js';
import { createLog } from './platform/log.js';
import type { FromThread, ToThread } from './read-models-thread.js';

/**
 * Keeps the read models in this thread, from when the service says so until it says otherwise.
 * @param onReady called when queries can be asked
 */
export async function keepReadModels(onReady: () => void): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This is for a thread, which the service starts by itself.');
  const startAsked = Promise.withResolvers<string>();
  const stopAsked = Promise.withResolvers<void>();
  port.on('message', (message: ToThread) => {
    if (message.type === 'start') startAsked.resolve(message.databaseUrl);
    else stopAsked.resolve();
  });
  const databaseUrl = await Promise.race([startAsked.promise, stopAsked.promise]);
  if (databaseUrl !== undefined) await follow(databaseUrl, port, stopAsked.promise, onReady);
  port.close();
}

async function follow(
  databaseUrl: string,
  port: MessagePort,
  stopAsked: Promise<void>,
  onReady: () => void,
): Promise<void> {
  const tell = (message: FromThread) => port.postMessage(message);
  try {
    const config = { ...loadConfig(process.env), databaseUrl };
    const log = createLog({ level: config.logLevel });
    process.on('unhandledRejection', (error) =>
      log.fatal({ error }, 'A promise failed and nobody listened.'),
    );
    const installation = await openInstallation({ config, log, as: 'read models' });
    const followers = createFollowers({
      db: installation.workDb,
      connectionString: databaseUrl,
      ledger: installation.ledger,
      models: readModels,
      clock: systemClock,
      log,
    });
    const stopped = stopAsked.then(() => followers.stop());
    await followers.start(together((reports) => tell({ type: 'reports', reports })));
    // After the reports that are still to go out together.
    setImmediate(tell, { type: 'ready' } satisfies FromThread);
    onReady();
    await stopped;
    await installation.close();
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
