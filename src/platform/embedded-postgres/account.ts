import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A user of the operating system, by number. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user who runs Postgres. Postgres refuses to run as root, so root lends it to the owner of an
 * existing cluster, or to the user `postgres`, who is created if missing.
 * @param directory where the cluster is or will be
 * @returns undefined where Postgres runs as we do
 */
export function chooseAccount(directory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existsSync(directory)) {
    const { uid, gid } = statSync(directory);
    if (uid !== 0) return { uid, gid };
  }
  return findUser() ?? createUser();
}

function findUser(): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const { status, stdout } = spawnSync('id', [option, 'postgres'], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function createUser(): Account {
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  // Alpine and other small systems have adduser instead.
  if (!findUser()) spawnSync('adduser', ['-S', '-D', '-H', 'postgres']);
  const account = findUser();
  if (account) return account;
  throw new Error(
    'PostgreSQL must not run as root, and the user "postgres" could not be created to run it. ' +
      'Create that user, or start this service as another user.',
  );
}

/** What belongs to the cluster belongs to who runs it, so that this user can start the service later. */
export function handOver(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/**
 * Asks the operating system whether the user may use a directory or program.
 * @throws Error in words, naming what is closed and what to do
 */
export function requireAccess(account: Account | undefined, path: string): void {
  if (!account) return;
  const allowed = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...account, cwd: '/' });
  if (allowed.status === 0) return;
  throw new Error(
    `PostgreSQL must not run as root, so it runs as user number ${account.uid} (postgres, if nothing else ` +
      `owns the data), who may not enter ${closedFolder(account, path)} and so cannot use ${path}. ` +
      'Move the project, or the data by COMPASS_DATA_DIR, to a place open to that user such as /srv or ' +
      '/var/lib, or start this service as another user than root.',
  );
}

function closedFolder(account: Account, path: string): string {
  return withAncestors(path).find((folder) => !mayEnter(account, folder)) ?? path;
}

function withAncestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withAncestors(parent), path];
}

function mayEnter({ uid, gid }: Account, path: string): boolean {
  const status = statSync(path);
  const shift = status.uid === uid ? 6 : status.gid === gid ? 3 : 0;
  return ((status.mode >> shift) & 1) === 1;
}
