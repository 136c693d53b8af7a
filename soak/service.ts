import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Levers } from './levers.js';
import { sendTo } from './postgres.js';
import type { Tally } from './promises.js';

/** The product itself as `npm start` starts it, again after every death, as those who run it would. */
export interface Service {
  readonly name: string;
  /** Undefined while none runs. */
  port(): number | undefined;
  pid(): number | undefined;
  /** Starts it and waits until it says that it serves; tries again when it ends instead. */
  start(): Promise<void>;
  /** Sends a signal that it cannot catch and waits for its end. */
  kill(): Promise<void>;
  /** Stops or continues it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  pull(levers: Partial<Levers>): void;
  /** Asks it to stop, and looks how it does. */
  stop(): Promise<void>;
  /** Resident memory of the present process in bytes, by the system; undefined while none runs. */
  memoryBytes(): number | undefined;
  /** Tells one process from the next. */
  generation(): number;
}

interface Options {
  readonly name: string;
  /** The file to run. */
  readonly program: string;
  /** Environment; asked anew for each start. */
  readonly settings: () => Readonly<Record<string, string>>;
  readonly tally: Tally;
}

const preload = new URL('preload.js', import.meta.url).href;
const startsMax = 20;

export function createService({ name, program, settings, tally }: Options): Service {
  let child: ChildProcess | undefined;
  let port: number | undefined;
  let isEndAsked = false;
  let generation = 0;

  function launch(): { serving: Promise<boolean>; words: () => string } {
    isEndAsked = false;
    generation += 1;
    const launched = spawn(process.execPath, ['--import', preload, program], {
      env: {
        PATH: process.env.PATH,
        COMPASS_HTTP_PORT: '0',
        COMPASS_LOG_LEVEL: 'warn',
        COMPASS_TEST_PROCESS: `${name} ${generation}`,
        ...settings(),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C is told to a whole group, and soak has its own way of ending things.
      detached: true,
    });
    child = launched;
    const said: string[] = [];
    const serving = new Promise<boolean>((resolve) => {
      function take(line: string): void {
        const url = /^ +API +http:\/\/[^:]+:(\d+)$/.exec(line);
        if (url) {
          port = Number(url[1]);
          resolve(true);
        }
        if (isComplaint(line)) {
          said.push(line);
          tally.check('quiet', false, () => `${name} says ${line.slice(0, 600)}`);
        }
      }
      for (const stream of [launched.stdout, launched.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', take);
      }
      launched.on('error', () => undefined);
      launched.once('exit', (code, signal) => {
        if (child === launched) {
          child = undefined;
          port = undefined;
        }
        tally.check('quiet', isEndAsked, () => `${name} ended unasked: ${signal ?? code}`);
        resolve(false);
      });
    });
    return { serving, words: () => said.join('\n') };
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child) return null;
    const ending = child;
    isEndAsked = true;
    const ended = once(ending, 'exit') as Promise<[number | null]>;
    if (ending.pid !== undefined) sendTo(ending.pid, signal);
    const [code] = await ended;
    return code;
  }

  return {
    name,
    port: () => port,
    pid: () => child?.pid,
    async start() {
      let words = '';
      for (let tries = 0; tries < startsMax; tries++) {
        const started = launch();
        if (await started.serving) return;
        words = started.words();
        await sleep(250);
      }
      throw new Error(`The service ${name} does not start: ${words}`);
    },
    async kill() {
      await end('SIGKILL');
    },
    signal(signal) {
      if (child?.pid !== undefined) sendTo(child.pid, signal);
    },
    pull(levers) {
      child?.send(levers, () => undefined);
    },
    async stop() {
      if (!child) return;
      const code = await end('SIGTERM');
      tally.check('quiet', code === 0, () => `${name} ended with ${code} when it was asked to stop`);
    },
    memoryBytes() {
      if (child?.pid === undefined) return undefined;
      try {
        const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
      } catch {
        return undefined;
      }
    },
    generation: () => generation,
  };
}

/** A line of the log that tells of a failure, or anything that is no line of the log but the welcome. */
function isComplaint(line: string): boolean {
  if (line.startsWith('{')) return /"level":"(error|fatal)"/.test(line);
  return line.trim() !== '' && !/^ {2}/.test(line);
}
