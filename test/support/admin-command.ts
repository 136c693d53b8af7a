import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestService } from './service.js';
import { build } from './spawned-service.js';

export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the server's own command line beside a service, with its settings, as `npm run admin --` does. */
export async function runAdmin(
  { config, databaseUrl, url }: TestService,
  ...words: readonly string[]
): Promise<CommandOutcome> {
  build();
  const child = spawn(process.execPath, ['dist/src/admin.js', ...words], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: {
      COMPASS_DATABASE_URL: databaseUrl,
      COMPASS_MASTER_KEY: config.masterKey?.toString('base64'),
      COMPASS_HTTP_PORT: new URL(url).port,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}
