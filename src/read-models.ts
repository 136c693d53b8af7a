import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { readModels } from '../projections/models.js';
import { createFollowers } from '../projections/runner/followers.js';
import { together } from '../projections/runner/together.js';
import { loadConfig } from './config/config.js';
import { openInstallation } from './installation.js';
import { systemClock } from './platform/clock.js';
import { createLog } from './platform/log.js';
import type { FromThread, ToThread } from './read-models-thread.js';

/** The program of the thread that keeps the read models: see `read-models-thread.ts`, which starts it. */

const port = parentPort;
if (!port) throw new Error('This is a program of a thread, which the service starts by itself.');

const tell = (message: FromThread) => port.postMessage(message);
const startAsked = Promise.withResolvers<string>();
const stopAsked = Promise.withResolvers<void>();

port.on('message', (message: ToThread) => {
  if (message.type === 'start') startAsked.resolve(message.databaseUrl);
  else stopAsked.resolve();
});

enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
const config = loadConfig(process.env);
const log = createLog({ level: config.logLevel });
process.on('unhandledRejection', (error) => log.fatal({ error }, 'A promise failed and nobody listened.'));

// What is needed is loaded by now, while the service opened the database.
const databaseUrl = await Promise.race([startAsked.promise, stopAsked.promise]);
if (databaseUrl !== undefined) await follow(databaseUrl);
port.close();

async function follow(connectionString: string): Promise<void> {
  try {
    const installation = await openInstallation({
      config: { ...config, databaseUrl: connectionString },
      log,
      as: 'read models',
    });
    const { workDb: db, ledger } = installation;
    const models = readModels;
    const followers = createFollowers({ db, connectionString, ledger, models, clock: systemClock, log });
    const stopped = stopAsked.promise.then(() => followers.stop());
    await followers.start(together((reports) => tell({ type: 'reports', reports })));
    // After the reports that are still to go out together.
    setImmediate(tell, { type: 'ready' } satisfies FromThread);
    flushCompileCache();
    await stopped;
    await installation.close();
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
