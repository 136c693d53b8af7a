import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../src/config/config.js';
import { openInstallation } from '../src/installation.js';
import { createLog } from '../src/platform/log.js';
import { benchAppends } from './appends.js';
import { benchLists } from './lists.js';
import { type Population, populate } from './population.js';
import { describeMachine, printable } from './report.js';
import type { BenchRow } from './row.js';
import { startServiceProcess } from './service-process.js';
import { benchVerify } from './verify.js';

const keysCount = 100_000;
/** What has to be undone when the benchmark ends, whichever way; the last first. */
const undo: (() => Promise<void> | void)[] = [];

async function cleanUp(): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
}

/** To standard error, so that standard output holds the result and nothing else. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function makeDataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'compass-bench-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  // Where we are root, another user runs Postgres and must be able to pass.
  chmodSync(directory, 0o711);
  return directory;
}

/** What can be measured on the log alone, and then the keys for the rest. */
async function benchLog(dataDirectory: string): Promise<{ rows: BenchRow[]; population: Population }> {
  const installation = await openInstallation({
    config: loadConfig({ COMPASS_DATA_DIR: dataDirectory }),
    log: createLog({ level: 'warn', destination: { write: tell } }),
    as: 'service',
  });
  undo.push(installation.close);
  const { pool, ledger, databaseUrl } = installation;
  tell('Appends at 64 callers beside single inserts.');
  const makeDatabase = async (name: string): Promise<string> => {
    await pool.query(`create database ${name}`);
    return Object.assign(new URL(databaseUrl), { pathname: name }).href;
  };
  const rows = await benchAppends(await makeDatabase('appends'));
  rows.push(await benchLists(makeDatabase, tell));
  tell(`Writing ${keysCount.toLocaleString('en')} keys.`);
  const population = await populate(ledger, keysCount);
  undo.pop();
  await installation.close();
  return { rows, population };
}

/** Twice, because the first start makes the read models and only the second is what people wait for. */
async function benchService(dataDirectory: string, population: Population): Promise<BenchRow> {
  tell('Starting the service, which makes its read models.');
  const first = await startServiceProcess(dataDirectory);
  undo.push(first.stop);
  await cleanUpLast();
  const service = await startServiceProcess(dataDirectory);
  undo.push(service.stop);
  const row = await benchVerify(service.url, population, tell);
  await cleanUpLast();
  const starts = `Start with these keys: ${service.startSeconds.toFixed(1)} s; with read models to make, ${first.startSeconds.toFixed(1)} s.`;
  return { ...row, notes: [...row.notes, starts] };
}

async function cleanUpLast(): Promise<void> {
  await undo.pop()?.();
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
  }
  const dataDirectory = makeDataDirectory();
  try {
    const { rows, population } = await benchLog(dataDirectory);
    rows.push(await benchService(dataDirectory, population));
    const machine = describeMachine();
    const text = process.argv.includes('--json')
      ? JSON.stringify({ machine, at: new Date().toISOString(), rows }, undefined, 2)
      : `\n${machine}\n\n${printable(rows)}`;
    process.stdout.write(`${text}\n`);
    if (rows.some(({ ratio, target }) => ratio < target)) process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

await main();
