import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export interface Template {
  /** Names what `prepare` makes: lower-case letters, digits and underscores. */
  readonly template: string;
  /** Fills the empty database that all others of the name are copied from. Called once in a run. */
  readonly prepare: (url: string) => Promise<void>;
}

/** A database of its own for a test file: empty, or a copy of a template. Milliseconds either way. */
export async function createTestDatabase(template?: Template): Promise<TestDatabase> {
  const name = nameOf(randomBytes(6).toString('hex'));
  await withServer(async (server) => {
    const source = template ? await ensureTemplate(server, template) : 'template1';
    await server.query(`create database ${name} template ${source}`);
  });
  return {
    url: urlOf(name),
    drop: () =>
      withServer(async (server) => {
        await server.query(`drop database ${name} with (force)`);
      }),
  };
}

/** @returns its name; one worker makes it, the others wait */
async function ensureTemplate(server: pg.Client, { template, prepare }: Template): Promise<string> {
  const name = nameOf(`template_${template}`);
  await server.query('select pg_advisory_lock(hashtext($1))', [name]);
  const { rowCount } = await server.query('select from pg_database where datname = $1', [name]);
  if (rowCount === 0) {
    const unfinished = `${name}_${randomBytes(6).toString('hex')}`;
    await server.query(`create database ${unfinished}`);
    await prepare(urlOf(unfinished));
    await server.query(`alter database ${unfinished} rename to ${name}`);
  }
  await server.query('select pg_advisory_unlock(hashtext($1))', [name]);
  return name;
}

async function withServer(use: (server: pg.Client) => Promise<void>): Promise<void> {
  const server = new pg.Client({ connectionString: serverUrl(), application_name: 'test-support' });
  await server.connect();
  try {
    await use(server);
  } finally {
    await server.end();
  }
}

function serverUrl(): string {
  const url = process.env.COMPASS_TEST_DATABASE_URL;
  if (!url) throw new Error('COMPASS_TEST_DATABASE_URL is not set: the global set-up did not run.');
  return url;
}

function urlOf(database: string): string {
  const url = new URL(serverUrl());
  url.pathname = database;
  return url.href;
}

function nameOf(rest: string): string {
  return `test_${process.env.COMPASS_TEST_RUN}_${rest}`;
}
