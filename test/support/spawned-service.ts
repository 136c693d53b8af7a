import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { withLog } from './log-place.js';

/** The real process, as `npm start` runs it. */
export interface SpawnedService {
  readonly url: string;
  readonly pid: number;
  /** Whatever it has written to standard output and standard error. */
  output(): string;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  /** Settles when the process has ended. */
  readonly exited: Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that may not serve yet, or never will. */
export type StartingService = Omit<SpawnedService, 'url'>;

const root = resolve(import.meta.dirname, '../..');

/** @param settings its environment; COMPASS_DATA_DIR or COMPASS_DATABASE_URL among it */
export function launchService(settings: Readonly<Record<string, string>>): StartingService {
  build();
  const child = spawn(process.execPath, ['dist/bundle/main.js'], {
    cwd: root,
    env: { PATH: process.env.PATH, COMPASS_HTTP_PORT: '0', ...withLog(settings) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = exitOf(child);
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  if (child.pid === undefined) throw new Error('The service could not be spawned.');
  return {
    pid: child.pid,
    output: () => output,
    exited,
    kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Launches it and waits until it serves. @throws Error with what it said when it ends instead */
export async function spawnService(settings: Readonly<Record<string, string>>): Promise<SpawnedService> {
  const service = launchService(settings);
  const ended = service.exited.then(() => 'ended' as const);
  for (;;) {
    const url = /^ +API +(http\S+)$/m.exec(service.output())?.[1];
    if (url !== undefined) return { ...service, url };
    const pause = new Promise<'waiting'>((done) => setTimeout(done, 10, 'waiting'));
    if ((await Promise.race([ended, pause])) === 'ended') {
      throw new Error(`The service did not start: ${service.output()}`);
    }
  }
}

/** 'close' comes after everything it wrote has been read. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}

let isBuilt = false;

/** As `npm test` does, for those who run jest by itself. */
export function build(): void {
  if (isBuilt) return;
  const { status, stderr } = spawnSync(process.execPath, ['scripts/setup.cjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The service could not be built: ${stderr}`);
  isBuilt = true;
}
