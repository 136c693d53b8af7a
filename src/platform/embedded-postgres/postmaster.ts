import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { handOver } from './account.js';
import type { Binaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { isAlive, readCommandLine } from './process.js';

/** The main process of Postgres on a cluster: ours, or one that we found running. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  isRunning(): boolean;
  /** Whether it has written down that it takes connections. */
  saysReady(): boolean;
  /** What it has written to its log since we started it. */
  lastWords(): string;
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Errors reach whoever asked; in the log of Postgres they would only spread values and statements.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  // After a crash Postgres sees to it that what it finds is on disk, before anything else. File by file, and there are
  // more than a thousand, that takes seconds; Linux can be asked for all of it at once.
  ...(process.platform === 'linux' && { recovery_init_sync_method: 'syncfs' }),
};

/** Also for those who look into the database while the service runs. */
const connectionsMin = 100;

/** The process that runs on the cluster now, whoever started it. */
export function findPostmaster({ dataDirectory }: Cluster): Postmaster | undefined {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const [pid, path, , port] = [Number(lines[0]), String(lines[1]), lines[2], Number(lines[3])];
  const isRunning = (): boolean => {
    const commandLine = readCommandLine(pid);
    return commandLine.includes('postgres') && commandLine.includes(path);
  };
  if (pid > 0 && port > 0 && isRunning()) {
    return { pid, port, isRunning, saysReady: () => saysReady(dataDirectory, pid), lastWords: () => '' };
  }
  disownPidFile(file, lines);
  return undefined;
}

/** By the last line of the file, in which Postgres keeps its state; the first says whose file it is. */
function saysReady(dataDirectory: string, pid: number): boolean {
  try {
    const lines = readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

/**
 * Postgres would refuse to start on a file that it cannot read, or whose number belongs to another
 * program by now. The rest of the file stays: by it Postgres looks for workers that outlived their
 * main process. A file just made may be half-written by a process that starts at this moment.
 */
function disownPidFile(file: string, lines: readonly string[]): void {
  const isNew = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) < 1000;
  if (isNew) return;
  const pid = Number(lines[0]);
  if (!(pid > 0)) rmSync(file, { force: true });
  else if (isAlive(pid)) writeFileSync(file, [nobody, ...lines.slice(1)].join('\n'));
}

/** A number that no system gives to a process. */
const nobody = '2147483647';

interface Spawning {
  readonly cluster: Cluster;
  readonly binaries: Binaries;
  readonly connectionsCount: number;
}

/** Starts Postgres in a process group of its own, so that neither Ctrl-C nor our death ends it. */
export function spawnPostmaster({ cluster, binaries, connectionsCount }: Spawning, port: number): Postmaster {
  const logFile = join(cluster.directory, 'postgres.log');
  if (existsSync(logFile) && statSync(logFile).size > 10_000_000) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  handOver(logFile, cluster.account);
  const alreadyWritten = statSync(logFile).size;
  const options = Object.entries({
    ...settings,
    max_connections: Math.max(connectionsMin, connectionsCount),
    port,
  }).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(binaries.postgres, ['-D', cluster.dataDirectory, ...options], {
    ...cluster.account,
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  let failure = '';
  child.once('error', (error) => {
    failure = error.message;
  });
  return {
    pid: child.pid ?? 0,
    port,
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    saysReady: () => saysReady(cluster.dataDirectory, child.pid ?? 0),
    lastWords: () => `${failure}${readFileSync(logFile).subarray(alreadyWritten).toString().trim()}`,
  };
}

/** Ends the sessions and stops Postgres as it wants to be stopped; gives up waiting after a minute. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  // On Windows there is no such signal: Postgres ends at once and repairs itself at the next start.
  if (postmaster.isRunning()) process.kill(postmaster.pid, 'SIGINT');
  const deadline = Date.now() + 60_000;
  while (postmaster.isRunning() && Date.now() < deadline) await sleep(10);
}
