import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type ServiceProcess, startServiceProcess } from './service-process.js';
import { startWorker, type Worker } from './workers.js';

/** What a row of the benchmark needs, and what is taken away again when it ends, whichever way. */
export interface Stage {
  /** Told to whoever waits. */
  tell(line: string): void;
  /** A new, empty database. @returns its address */
  makeDatabase(name: string): Promise<string>;
  /** The product in a process of its own. @param settings environment variables besides those it needs */
  startService(databaseUrl: string, settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>;
  startWorker<Question, Answer>(file: string): Worker<Question, Answer>;
  /** The last first. */
  defer(undo: () => Promise<unknown>): void;
}

export interface OpenStage extends Stage {
  clear(): Promise<void>;
}

/** @param serverUrl of any database of a server where databases may be made */
export function openStage(serverUrl: string, tell: (line: string) => void): OpenStage {
  const stack = new AsyncDisposableStack();
  const masterKey = randomBytes(32).toString('base64');
  const defer: Stage['defer'] = (undo) => stack.defer(() => undo().then(() => undefined));

  return {
    tell,
    defer,
    async makeDatabase(name) {
      await query(serverUrl, `create database ${name}`);
      // Autovacuum, busy with what a row wrote, must not meet the next one.
      defer(() => query(serverUrl, `drop database ${name} with (force)`));
      return Object.assign(new URL(serverUrl), { pathname: name }).href;
    },
    async startService(databaseUrl, settings = {}) {
      const service = await startServiceProcess({
        COMPASS_DATABASE_URL: databaseUrl,
        COMPASS_MASTER_KEY: masterKey,
        ...settings,
      });
      defer(service.stop);
      return service;
    },
    startWorker<Question, Answer>(file: string) {
      const worker = startWorker<Question, Answer>(file);
      defer(worker.stop);
      return worker;
    },
    clear: () => stack.disposeAsync(),
  };
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
