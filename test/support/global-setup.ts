import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One embedded Postgres for the whole run, with the settings of the product, in a directory of its own.
 * Workers find it by COMPASS_TEST_DATABASE_URL; a server given there is used instead.
 */
export default async function setUp(): Promise<void> {
  process.env.COMPASS_TEST_RUN = randomBytes(4).toString('hex');
  resolveSources();
  if (process.env.COMPASS_TEST_EVENTSTORE_URL === 'stand-in') await useStandIn();
  if (process.env.COMPASS_TEST_DATABASE_URL) return;
  const { removeAbandoned, testDirectoryPrefix } = await import('./abandoned.js');
  const { startEmbeddedPostgres } = await import('../../src/platform/embedded-postgres/server.js');
  await removeAbandoned();
  const directory = await mkdtemp(join(tmpdir(), `${testDirectoryPrefix}${process.pid}-`));
  // Where we are root, another user runs Postgres and must be able to pass.
  await chmod(directory, 0o711);
  const log = { info: () => undefined, warn: console.warn };
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'postgres'), log });
  process.env.COMPASS_TEST_DATABASE_URL = postgres.url;
  globalThis.testServer = { postgres, directory };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp());
}

/** For who wants to know whether the tests would run on an EventStoreDB, and has none. */
async function useStandIn(): Promise<void> {
  const { startStandIn } = await import('./eventstore-stand-in/index.js');
  globalThis.testStandIn = await startStandIn();
  process.env.COMPASS_TEST_EVENTSTORE_URL = globalThis.testStandIn.url;
}

async function giveUp(): Promise<void> {
  const { default: tearDown } = await import('./global-teardown.js');
  await tearDown().finally(() => process.exit(1));
}

/** Jest transforms this file and what it imports, but does not find `./x.ts` where './x.js' is asked for. */
function resolveSources(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!/^\.{1,2}\/.*\.js$/.test(specifier) || context.parentURL?.includes('/node_modules/')) {
        return nextResolve(specifier, context);
      }
      return nextResolve(specifier.replace(/\.js$/, '.ts'), context);
    },
  });
}
