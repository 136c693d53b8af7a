import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The embedded Postgres of a data directory as one finds it from outside. */
export interface PostgresProcesses {
  /** Address of the product's database now, password included. */
  url(): string;
  port(): number | undefined;
  /** The main process first, then its children; none when it does not run. */
  pids(): number[];
  /** To the main process and all of its children; does nothing where none runs. */
  signal(signal: NodeJS.Signals): void;
}

export function postgresIn(dataDirectory: string): PostgresProcesses {
  const directory = join(dataDirectory, 'postgres');

  function pidFile(): string[] {
    try {
      return readFileSync(join(directory, 'cluster', 'postmaster.pid'), 'utf8').split('\n');
    } catch {
      return [];
    }
  }

  function pids(): number[] {
    const main = Number(pidFile()[0] ?? 0);
    return main > 0 && parentOf(String(main)) !== undefined ? [main, ...childrenOf(main)] : [];
  }

  function port(): number | undefined {
    return Number(pidFile()[3] ?? 0) || undefined;
  }

  return {
    port,
    pids,
    url() {
      const password = readFileSync(join(directory, 'password'), 'utf8').trim();
      return `postgres://compass:${password}@127.0.0.1:${port() ?? 0}/compass`;
    },
    signal(signal) {
      for (const pid of pids()) sendTo(pid, signal);
    },
  };
}

/** It may have ended just now. */
export function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** By the process table of Linux. */
export function childrenOf(parent: number): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.filter((name) => parentOf(name) === parent).map(Number);
}

/** Undefined when there is no such process. */
function parentOf(pid: string): number | undefined {
  try {
    // After the name in parentheses, which may hold anything: state, then the parent.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
