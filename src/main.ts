import 'reflect-metadata';
import { type Config, ConfigError, loadConfig } from './config/config.js';
import { createLog, type Log } from './platform/log.js';
import { keepCompiled } from './platform/program.js';
import { traceToSources } from './platform/stack-traces.js';
import { createReadModelsThread } from './read-models-thread.js';
import type { Service } from './service.js';

/** A stop that takes longer is ended, so that whoever asked for it can rely on it. */
const stopMilliseconds = 9_000;

async function main(): Promise<void> {
  const startedAt = performance.now();
  traceToSources();
  const config = readConfig();
  if (!config) return;
  const log = createLog({ level: config.logLevel });
  process.on('unhandledRejection', (error) => log.fatal({ error }, 'A promise failed and nobody listened.'));
  try {
    const isAlone = config.processesCount === 1;
    if (!isAlone && (await import('node:cluster')).default.isWorker) {
      const { serveAsWorker } = await import('./cluster/worker.js');
      serveAsWorker(config, log);
      return;
    }
    // What serves is large, and a primary does not need it.
    const stopping = new AbortController();
    const starting = isAlone
      ? startAlone(config, log)
      : (await import('./cluster/primary.js')).startProcesses(config, log, stopping.signal);
    stopOnSignals(starting, stopping, log);
    const service = await starting;
    if (stopping.signal.aborted) return;
    process.stdout.write(welcome(service.url, config, (performance.now() - startedAt) / 1000));
    // A primary does not load what its processes serve with.
    if (isAlone) keepCompiled();
  } catch (error) {
    log.debug({ error }, 'The service could not start.');
    giveUp(explain(error, config));
  }
}

async function startAlone(config: Config, log: Log): Promise<Service> {
  // First, so that both threads load what they need at the same time.
  const thread = createReadModelsThread(log);
  const { startService } = await import('./service.js');
  return startService(config, log, { openFollowers: thread.open });
}

/** Also while it starts: the database that it has started by then must not be left behind. */
function stopOnSignals(starting: Promise<Service>, stopping: AbortController, log: Log): void {
  const stop = (signal: NodeJS.Signals) => {
    // Ctrl-C arrives twice: from the terminal and from npm.
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info({ signal }, 'Stopping: finishing what is under way.');
    setTimeout(() => process.exit(1), stopMilliseconds).unref();
    starting
      .then((service) => service.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ error }, 'The service did not stop cleanly.');
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function readConfig(): Config | undefined {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    giveUp(error.message);
    return undefined;
  }
}

/** Why it could not start, and what to do about the reasons that are met most. */
function explain(error: unknown, { host, httpPort, databaseUrl }: Config): string {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === 'EADDRINUSE') {
    return `Something else listens on ${host}:${httpPort}. Stop it, or choose another port by COMPASS_HTTP_PORT.`;
  }
  if (databaseUrl !== undefined && (code === 'ECONNREFUSED' || code === 'ENOTFOUND')) {
    return 'The database that COMPASS_DATABASE_URL names does not answer. Is it running, and the address right?';
  }
  return message ?? String(error);
}

function giveUp(words: string): void {
  process.stderr.write(`\n${words}\n\n`);
  process.exitCode = 1;
}

/** What somebody who sees it for the first time wants to know, the next step in a form to copy. */
function welcome(url: string, config: Config, seconds: number): string {
  const { dataDirectory, databaseUrl, processesCount } = config;
  const data = databaseUrl === undefined ? dataDirectory : 'the PostgreSQL that COMPASS_DATABASE_URL names';
  const log = config.eventStoreUrl && '\n    Log      the EventStoreDB that COMPASS_EVENTSTORE_URL names';
  return `
  Compass Keys is serving after ${seconds.toFixed(1)} s${processesCount > 1 ? `, by ${processesCount} processes` : ''}.

    API      ${url}
    Docs     ${url}/docs    (every call, to read and to try)
    Health   ${url}/readyz  ${url}/metrics
    Data     ${data}${databaseUrl === undefined ? '    (back it up; its master.key apart from the rest)' : ''}${log ?? ''}

  First, sign up; the answer holds your free key and its secret, shown this once:

    curl -s ${url}/v1/sign-up -H 'content-type: application/json' -c cookies.txt \\
      -d '{"email":"ada@example.com","password":"correct horse battery","name":"Ada"}'

  Then ask the service about that key (put its secret in the place of <secret>):

    curl -s ${url}/v1/whoami -H 'authorization: Bearer <secret>'

  Ctrl-C stops it; nothing is lost.

`;
}

void main();
