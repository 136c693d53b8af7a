import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/platform/embedded-postgres/server.js';
import { describeMachine, printable } from './report.js';
import { type BenchRow, isMissed } from './row.js';
import { type OpenStage, openStage } from './stage.js';
import { suite } from './suite.js';

/** A service, its writers beside it, and those who insert without it. */
const connectionsCount = 200;

const usage = `npm run bench -- [--json] [--only <name,...>]    of: ${Object.keys(suite).join(', ')}`;

interface Wishes {
  readonly json: boolean;
  readonly names: readonly string[];
}

/** To standard error, so that standard output holds the result and nothing else. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws Error in words */
function readWishes(): Wishes {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
  });
  const names = values.only?.split(',') ?? Object.keys(suite);
  const unknown = names.find((name) => !Object.hasOwn(suite, name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is nothing that can be measured.`);
  return { json: values.json, names };
}

/** A part that fails is told of, and does not cost what the others have measured. */
async function run(names: readonly string[], server: EmbeddedPostgres, isLeaving: () => boolean) {
  const rows: BenchRow[] = [];
  const failed: string[] = [];
  for (const name of names) {
    if (isLeaving()) break;
    tell(`${name}:`);
    const startedAt = performance.now();
    stage = openStage(server.url, tell);
    try {
      rows.push(...((await suite[name]?.(stage)) ?? []));
    } catch (error) {
      failed.push(name);
      tell(wordsOf(error));
    } finally {
      await stage.clear();
    }
    tell(`${name} took ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
  }
  return { rows, failed };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Of the row that is being measured. */
let stage: OpenStage | undefined;

async function main({ json, names }: Wishes): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'compass-bench-'));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(directory, 0o711);
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    log: { info: tell, warn: tell },
    connectionsCount,
  });
  async function tidyUp(): Promise<void> {
    await stage?.clear().catch(() => undefined);
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  // A signal and the row that breaks by it both ask for it.
  let leaving: Promise<void> | undefined;
  const leave = () => (leaving ??= tidyUp());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // More than once: Ctrl-C comes from the terminal and from npm, and the second must not end what the first tidies up.
    process.on(signal, () => void leave().finally(() => process.exit(1)));
  }
  try {
    const { rows, failed } = await run(names, server, () => leaving !== undefined);
    const machine = describeMachine();
    const text = json
      ? JSON.stringify({ machine, at: new Date().toISOString(), rows, failed }, undefined, 2)
      : `\n${machine}\n\n${printable(rows)}`;
    process.stdout.write(`${text}\n`);
    if (failed.length > 0) tell(`Failed, and not in the table: ${failed.join(', ')}.`);
    if (failed.length > 0 || rows.some(isMissed)) process.exitCode = 1;
  } finally {
    await leave();
  }
}

try {
  await main(readWishes());
} catch (error) {
  tell(`${wordsOf(error)}\n${usage}`);
  process.exitCode = 1;
}
