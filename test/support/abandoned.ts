import { readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/platform/embedded-postgres/process.js';
import { borrowEmbeddedPostgres } from '../../src/platform/embedded-postgres/server.js';

export const testDirectoryPrefix = 'compass-keys-test-';

/** Stops and removes the servers of runs that were killed. */
export async function removeAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${testDirectoryPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await remove(join(tmpdir(), name));
  }
}

async function remove(directory: string): Promise<void> {
  const log = { info: () => undefined, warn: () => undefined };
  try {
    const postgres = await borrowEmbeddedPostgres({ directory: join(directory, 'postgres'), log });
    await postgres.stop();
  } catch {
    // It was killed before it was complete, or is another user's.
  }
  rmSync(directory, { recursive: true, force: true });
}
