import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CanaryName, canaries, canaryNames } from '../../soak/canaries.js';
import { childrenOf } from '../../soak/postgres.js';
import type { PromiseRow } from '../../soak/promises.js';
import { readCommandLine } from '../../src/platform/embedded-postgres/process.js';
import { makeDataDirectory } from '../support/data-directory.js';
import { eventually } from '../support/eventually.js';

/** Soak finds what it is there to find: each deliberate bug, and nothing where there is none. */

const root = resolve(import.meta.dirname, '../..');

/** A canary is given a minute; to that come the start, the last check and the stop, on a machine with neighbours. */
const timeoutMilliseconds = 180_000;

beforeAll(() => {
  runNode('scripts/setup.cjs');
  runNode('node_modules/@swc/cli/bin/swc.js', 'soak', '--out-dir', 'dist', '--quiet');
}, timeoutMilliseconds);

function runNode(...given: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, given, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** Few clients: other tests run at the same time, and have to be waited for. */
const soakCommand = ['dist/soak/main.js', '--seed', '1', '--clients', '8', '--json'];

/** @returns the promises that a run found broken, and its exit code */
async function soak(...given: readonly string[]): Promise<{ broken: string[]; code: number }> {
  const child = spawn(process.execPath, [...soakCommand, ...given], {
    cwd: root,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  const { promises } = JSON.parse(output) as { readonly promises: readonly PromiseRow[] };
  return { code, broken: promises.filter((row) => row.broken > 0).map((row) => row.name) };
}

test.each(canaryNames)(
  'finds the canary %s, by the promise that it breaks',
  async (name: CanaryName) => {
    const { breaks, symptoms } = canaries[name];
    const { broken, code } = await soak('--canary', name);
    expect(broken).toContain(breaks);
    expect([breaks, ...symptoms]).toEqual(expect.arrayContaining(broken));
    expect(code).toBe(1);
  },
  timeoutMilliseconds,
);

test(
  'finds nothing where there is no canary',
  async () => {
    const { broken, code } = await soak('--minutes', '0.1', '--only', 'drop-replies,cut-listeners');
    expect([broken, code]).toEqual([[], 0]);
  },
  timeoutMilliseconds,
);

/** Ctrl-C comes from the terminal and from npm. */
test.each<[string, readonly NodeJS.Signals[]]>([
  ['Ctrl-C, which comes twice', ['SIGINT', 'SIGINT']],
  ['a kill', ['SIGKILL']],
])(
  'leaves no process behind after %s',
  async (_, signals) => {
    const directory = makeDataDirectory();
    const child = spawn(process.execPath, [...soakCommand, '--minutes', '5', '--only', 'drop-replies'], {
      cwd: root,
      env: { PATH: process.env.PATH, TMPDIR: directory.path },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
    while (!/^ +1 +drop-replies/.test((await lines.next()).value as string));
    const services = childrenOf(child.pid!);
    const processes = [...services, ...services.flatMap(childrenOf)];
    // The two services, PostgreSQL and what it consists of.
    expect(processes.length).toBeGreaterThan(3);
    for (const signal of signals) {
      child.kill(signal);
      await sleep(200);
    }
    await exited;
    await eventually(
      'the end of all processes',
      () => processes.every((pid) => readCommandLine(pid) === '') || undefined,
    );
    await directory.remove();
  },
  timeoutMilliseconds,
);
