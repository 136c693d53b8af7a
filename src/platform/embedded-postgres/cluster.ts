import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '../directory.js';
import { type Account, chooseAccount, handOver, requireAccess } from './account.js';
import { type Binaries, majorVersion } from './binaries.js';
import { isAlive } from './process.js';

/** A database cluster on disk: `<directory>/cluster` and beside it what we need to use it. */
export interface Cluster {
  readonly directory: string;
  /** PGDATA. */
  readonly dataDirectory: string;
  readonly password: string;
  /** Who runs Postgres on it; undefined: we. */
  readonly account: Account | undefined;
}

/** The superuser of the cluster, and the name of the database of the product in it. */
export const productName = 'compass';

/**
 * Opens the cluster in a directory; makes one, durable and complete or not at all, where the
 * directory does not exist. Safe when two processes do so at once.
 * @throws Error in words when the directory cannot be used
 */
export function openCluster(directory: string, binaries: Binaries): Cluster {
  const account = chooseAccount(directory);
  requireAccess(account, binaries.postgres);
  if (!existsSync(directory)) {
    makeDirectory(dirname(directory));
    requireAccess(account, dirname(directory));
    createCluster(directory, binaries, account);
  }
  const dataDirectory = join(directory, 'cluster');
  requireVersion(dataDirectory);
  return { directory, dataDirectory, account, password: readPassword(directory) };
}

function createCluster(directory: string, binaries: Binaries, account: Account | undefined): void {
  removeUnfinished(directory);
  const staging = `${directory}.new-${process.pid}`;
  mkdirSync(staging, { mode: 0o700 });
  const passwordFile = join(staging, 'password');
  writeFileSync(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  handOver(staging, account);
  handOver(passwordFile, account);
  runInitdb(join(staging, 'cluster'), passwordFile, binaries, account);
  publish(staging, directory);
}

/** What a process left that died half-way. */
function removeUnfinished(directory: string): void {
  const prefix = `${basename(directory)}.new-`;
  for (const name of readdirSync(dirname(directory))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid === process.pid || !isAlive(pid)) rmSync(join(dirname(directory), name), { recursive: true });
  }
}

function runInitdb(dataDirectory: string, passwordFile: string, binaries: Binaries, account?: Account): void {
  const { status, error, stdout, stderr } = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${dataDirectory}`,
      `--username=${productName}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      // Thousands of rounds keep a password from being guessed that a human chose. This one is 24 random bytes, and a
      // start opens two dozen connections.
      '--set=scram_iterations=1',
      '--encoding=UTF8',
      // The same order of texts on every machine, whatever its locale.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    { ...account, cwd: '/', env: {}, encoding: 'utf8' },
  );
  if (status === 0) return;
  throw new Error(`The database could not be created: ${error?.message ?? (stderr || stdout).trim()}`);
}

/** A rename is all or nothing; it fails when another process was faster, whose cluster is as good. */
function publish(staging: string, directory: string): void {
  try {
    renameSync(staging, directory);
  } catch (cause) {
    rmSync(staging, { recursive: true });
    if (!existsSync(directory)) throw cause;
  }
  const parent = openSync(dirname(directory), 'r');
  fsyncSync(parent);
  closeSync(parent);
}

function requireVersion(dataDirectory: string): void {
  const file = join(dataDirectory, 'PG_VERSION');
  if (!existsSync(file)) {
    throw new Error(
      `${dirname(dataDirectory)} exists but holds no database of Compass Keys. ` +
        'Restore it from a backup, or move it away to begin anew.',
    );
  }
  const found = readFileSync(file, 'utf8').trim();
  if (found === majorVersion) return;
  throw new Error(
    `The database in ${dataDirectory} was written by PostgreSQL ${found}; ` +
      `this version of Compass Keys brings PostgreSQL ${majorVersion}.`,
  );
}

function readPassword(directory: string): string {
  const file = join(directory, 'password');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Error(
      `The password of the database in ${file} cannot be read; start as the user who owns it.`,
      { cause },
    );
  }
}
