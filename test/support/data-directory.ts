import { chmodSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/platform/embedded-postgres/process.js';
import { testDirectoryPrefix } from './abandoned.js';

/** A directory for COMPASS_DATA_DIR, and the embedded Postgres in it as one finds it from outside. */
export interface DataDirectory {
  readonly path: string;
  /** Address of the product's database, password included. */
  databaseUrl(): string;
  /** The main process of Postgres first, then its children; none when it does not run. */
  postgresPids(): number[];
  /** To Postgres and all of its children. */
  signalPostgres(signal: NodeJS.Signals): void;
  remove(): Promise<void>;
}

export function makeDataDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), `${testDirectoryPrefix}${process.pid}-`));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(path, 0o711);
  const postgres = join(path, 'postgres');

  function pidFile(): string[] {
    try {
      return readFileSync(join(postgres, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    } catch {
      return [];
    }
  }

  function postgresPids(): number[] {
    const main = Number(pidFile()[0] ?? 0);
    return main > 0 && isAlive(main) ? [main, ...childrenOf(main)] : [];
  }

  return {
    path,
    postgresPids,
    databaseUrl() {
      const password = readFileSync(join(postgres, 'password'), 'utf8').trim();
      return `postgres://compass:${password}@127.0.0.1:${pidFile()[3]}/compass`;
    },
    signalPostgres(signal) {
      for (const pid of postgresPids()) {
        if (isAlive(pid)) process.kill(pid, signal);
      }
    },
    async remove() {
      for (const pid of postgresPids()) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      await rm(path, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** By the process table of Linux. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    // After the name in parentheses, which may hold anything: state, then the parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
