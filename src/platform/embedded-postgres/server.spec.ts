import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries } from './binaries.js';
import { openCluster } from './cluster.js';
import { DataInUse } from './occupancy.js';
import { spawnPostmaster } from './postmaster.js';
import { readCommandLine } from './process.js';
import { borrowEmbeddedPostgres, type EmbeddedPostgres, startEmbeddedPostgres } from './server.js';

let parent: string;
let directory: string;
let warnings: string[];
const log = { info: () => undefined, warn: (words: string) => void warnings.push(words) };

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'compass keys spec-'));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(parent, 0o711);
  directory = join(parent, 'postgres');
  warnings = [];
  const first = await startEmbeddedPostgres({ directory, log });
  await query(first, 'create table books (title text)');
  await first.stop();
});

beforeEach(() => {
  warnings = [];
});

afterAll(() => rmSync(parent, { recursive: true }));

const pidFile = (): string => join(directory, 'cluster', 'postmaster.pid');
const runningPid = (): number => Number.parseInt(readFileSync(pidFile(), 'utf8'), 10);

/** Its remains may wait for their parent, which is this process, to take note. */
const hasEnded = (pid: number): boolean => readCommandLine(pid) === '';

async function query({ url }: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** For as long as the test allows: Postgres is being started again. */
async function queryPatiently(postgres: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  try {
    return await query(postgres, statement);
  } catch {
    await sleep(20);
    return queryPatiently(postgres, statement);
  }
}

test('keeps data and address from one start to the next, and nothing runs between', async () => {
  const one = await startEmbeddedPostgres({ directory, log });
  await query(one, `insert into books values ('Emma')`);
  const pid = runningPid();
  await one.stop();
  expect(hasEnded(pid)).toBe(true);
  const two = await startEmbeddedPostgres({ directory, log });
  expect(two.url).toBe(one.url);
  expect(await query(two, 'select title from books')).toEqual([{ title: 'Emma' }]);
  expect([one.adopted, two.adopted, warnings]).toEqual([false, false, []]);
  await two.stop();
});

test('commits reach the disk, passwords are asked for, and only this machine is served', async () => {
  const postgres = await borrowEmbeddedPostgres({ directory, log });
  const names = ['fsync', 'synchronous_commit', 'listen_addresses', 'password_encryption', 'data_checksums'];
  for (const [i, setting] of ['on', 'on', '127.0.0.1', 'scram-sha-256', 'on'].entries()) {
    expect(await query(postgres, `show ${names[i]}`)).toEqual([{ [String(names[i])]: setting }]);
  }
  expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
  const stranger = { ...postgres, url: postgres.url.replace(/:[^:@]+@/, ':wrong@') };
  await expect(query(stranger, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  await postgres.stop();
});

test('adopts a Postgres that outlived the service', async () => {
  const binaries = findBinaries();
  const survivor = spawnPostmaster(
    { cluster: openCluster(directory, binaries), binaries, connectionsCount: 0 },
    31_234,
  );
  const postgres = await startEmbeddedPostgres({ directory, log });
  expect(postgres.adopted).toBe(true);
  expect(postgres.url).toContain(':31234/');
  await postgres.stop();
  expect(hasEnded(survivor.pid)).toBe(true);
});

test('admits one service only, and commands beside it; the last one stops Postgres', async () => {
  const service = await startEmbeddedPostgres({ directory, log });
  const pid = runningPid();
  await expect(startEmbeddedPostgres({ directory, log })).rejects.toThrow(DataInUse);
  const command = await borrowEmbeddedPostgres({ directory, log });
  expect([command.adopted, command.url]).toEqual([true, service.url]);
  await service.stop();
  expect(await query(command, 'select 1 as one')).toEqual([{ one: 1 }]);
  await command.stop();
  expect(hasEnded(pid)).toBe(true);
});

test('starts Postgres again when it is killed, at the same address, with what was committed', async () => {
  const postgres = await startEmbeddedPostgres({ directory, log });
  await query(postgres, `insert into books values ('Persuasion')`);
  process.kill(runningPid(), 'SIGKILL');
  expect(await queryPatiently(postgres, `select title from books where title = 'Persuasion'`)).toEqual([
    { title: 'Persuasion' },
  ]);
  expect(warnings).toContain('PostgreSQL ended though nobody asked it to. Starting it again.');
  // It watches the new one as well.
  const second = runningPid();
  process.kill(second, 'SIGKILL');
  expect(await queryPatiently(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  const third = runningPid();
  expect(third).not.toBe(second);
  await postgres.stop();
  expect(hasEnded(third)).toBe(true);
});

test.each([
  ['names a process that is something else', () => `${process.pid}\n/elsewhere\n1\n5432\n\n`],
  ['names a process that is no more', () => `${spawnSync('true').pid}\n/elsewhere\n1\n5432\n\n`],
  ['is empty', () => ''],
  ['is damaged', () => 'something else\n'],
])('starts where postmaster.pid %s', async (_, content) => {
  writeFileSync(pidFile(), content());
  utimesSync(pidFile(), 1, 1);
  const postgres = await startEmbeddedPostgres({ directory, log });
  expect(postgres.adopted).toBe(false);
  await postgres.stop();
});

test('takes another port when its own is taken', async () => {
  const port = Number(readFileSync(join(directory, 'port'), 'utf8'));
  const other = createServer();
  await new Promise<void>((done) => other.listen(port, '127.0.0.1', done));
  const postgres = await borrowEmbeddedPostgres({ directory, log });
  expect(postgres.url).not.toContain(`:${port}/`);
  expect(await query(postgres, 'select 1 as one')).toEqual([{ one: 1 }]);
  await postgres.stop();
  other.close();
});

test('two that make the same database at once share it, and remains of a third are removed', async () => {
  const fresh = join(parent, 'fresh');
  mkdirSync(`${fresh}.new-${spawnSync('true').pid}`);
  const pair = await Promise.all([0, 1].map(() => borrowEmbeddedPostgres({ directory: fresh, log })));
  expect(pair[0]?.url).toBe(pair[1]?.url);
  expect(readdirSync(parent).filter((name) => name.startsWith('fresh'))).toEqual(['fresh']);
  await Promise.all(pair.map((postgres) => postgres.stop()));
});

test('says what is wrong with a directory that holds something else', async () => {
  const elsewhere = join(parent, 'elsewhere');
  mkdirSync(elsewhere);
  const start = startEmbeddedPostgres({ directory: elsewhere, log });
  await expect(start).rejects.toThrow('exists but holds no database of Compass Keys');
});
