import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestService } from './service.js';
import { build } from './spawned-service.js';

export interface CommandOutcome {
  /** Null: it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly pid: number | undefined;
  readonly outcome: Promise<CommandOutcome>;
  kill(signal: NodeJS.Signals): void;
}

/** Runs the server's own command line beside a service, with its settings, as `npm run admin --` does. */
export async function runAdmin(
  { config, databaseUrl, url }: TestService,
  ...words: readonly string[]
): Promise<CommandOutcome> {
  const settings = {
    COMPASS_DATABASE_URL: databaseUrl,
    COMPASS_MASTER_KEY: config.masterKey?.toString('base64'),
    COMPASS_EVENTSTORE_URL: config.eventStoreUrl,
    COMPASS_EVENTSTORE_PREFIX: config.eventStorePrefix,
    COMPASS_HTTP_PORT: new URL(url).port,
  };
  return launchAdmin(settings, ...words).outcome;
}

export function launchAdmin(settings: NodeJS.ProcessEnv, ...words: readonly string[]): RunningCommand {
  build();
  const child = spawn(process.execPath, ['dist/src/admin.js', ...words], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: settings,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  async function outcomeOf(): Promise<CommandOutcome> {
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }
  return { pid: child.pid, outcome: outcomeOf(), kill: (signal) => void child.kill(signal) };
}
