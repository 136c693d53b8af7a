import { rm } from 'node:fs/promises';
import pg from 'pg';
import type { EmbeddedPostgres } from '../../src/platform/embedded-postgres/server.js';
import type { StandIn } from './eventstore-stand-in/index.js';

declare global {
  /** Set by the global set-up where it started servers. */
  var testServer: { postgres: EmbeddedPostgres; directory: string } | undefined;
  var testStandIn: StandIn | undefined;
}

/** Stops the servers of this run and removes its data, or this run's databases on a server given. */
export default async function tearDown(): Promise<void> {
  globalThis.testStandIn?.stop();
  if (!globalThis.testServer) return dropDatabases();
  await globalThis.testServer.postgres.stop();
  await rm(globalThis.testServer.directory, { recursive: true });
}

async function dropDatabases(): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.COMPASS_TEST_DATABASE_URL });
  await client.connect();
  const ofThisRun = `select datname from pg_database where starts_with(datname, $1)`;
  const { rows } = await client.query<{ datname: string }>(ofThisRun, [
    `test_${process.env.COMPASS_TEST_RUN}_`,
  ]);
  for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`);
  await client.end();
}
