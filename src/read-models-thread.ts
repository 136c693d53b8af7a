import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Followers } from '../projections/runner/followers.js';
import type { ModelReport } from '../projections/runner/status.js';
import type { Log } from './platform/log.js';

/** What the service tells the thread. */
export type ToThread =
  /** On the database that the service has opened. */
  { readonly type: 'start'; readonly databaseUrl: string } | { readonly type: 'stop' };

/** What the thread tells the service. */
export type FromThread =
  | { readonly type: 'reports'; readonly reports: readonly ModelReport[] }
  /** Queries can be asked. */
  | { readonly type: 'ready' }
  /** It could not start, and ends. */
  | { readonly type: 'failed'; readonly message: string };

export interface ReadModelsThread {
  /** Its followers, for a service on that database. */
  open(service: { readonly connectionString: string }): Followers;
}

/**
 * A thread for those who follow the log for the read models: decoding events, keeping rows, and above all making a
 * model anew keeps no verdict waiting there. It reads the settings from the environment, as the service did, and
 * begins to load at once; it does not keep the process alive until it is started.
 */
export function createReadModelsThread(log: Log): ReadModelsThread {
  const worker = new Worker(new URL('./read-models.js', import.meta.url));
  const send = (message: ToThread) => worker.postMessage(message);
  const exited = once(worker, 'exit');
  let isWanted = false;
  worker.unref();

  /** Without it lists would stand still unnoticed; whoever looks after the process starts it again. */
  function giveUp(error?: Error): never {
    log.fatal({ error }, 'The thread that keeps the read models broke. The process ends with it.');
    process.exit(1);
  }

  worker.on('error', giveUp);
  worker.on('exit', () => {
    if (isWanted) giveUp();
  });

  async function start(databaseUrl: string, tell: Parameters<Followers['start']>[0]): Promise<void> {
    worker.ref();
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    worker.on('message', (message: FromThread) => {
      switch (message.type) {
        case 'reports':
          tell(message.reports);
          break;
        case 'ready':
          resolve();
          break;
        case 'failed':
          reject(new Error(message.message));
          break;
      }
    });
    void exited.then(() => reject(new Error('The thread that keeps the read models ended.')));
    send({ type: 'start', databaseUrl });
    await ready;
    isWanted = true;
  }

  async function stop(): Promise<void> {
    isWanted = false;
    send({ type: 'stop' });
    await exited;
  }

  return { open: ({ connectionString }) => ({ start: (tell) => start(connectionString, tell), stop }) };
}
