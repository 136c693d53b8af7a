import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A user of the operating system. */
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
  const [uid, gid] = [ask('-u', 'postgres'), ask('-g', 'postgres')];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** By the command, which also knows users that stand in a directory service. */
function ask(option: string, user: string): string | undefined {
  const { status, stdout } = spawnSync('id', [option, user], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
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
 * Whether the user may use a directory or program. The operating system is asked only where the modes of files do not
 * allow it: a program started for that lets this process copy, piece by piece, each page that it writes to after.
 * @throws Error in words, naming what is closed and what to do
 */
export function requireAccess(account: Account | undefined, path: string): void {
  if (!account || withAncestors(path).every((folder) => mayEnter(account, folder))) return;
  const allowed = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...account, cwd: '/' });
  if (allowed.status === 0) return;
  throw new Error(
    `PostgreSQL must not run as root, so here it runs as the user ${nameOf(account)}, who may not enter ` +
      `${closedFolder(account, path)} and so cannot use ${path}. Move the project (or only the data, by ` +
      'COMPASS_DATA_DIR) to a place open to all, such as under /srv or /var/lib, or start this service as ' +
      'another user than root.',
  );
}

function nameOf({ uid }: Account): string {
  return ask('-un', String(uid)) ?? String(uid);
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
