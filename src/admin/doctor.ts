import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { sql } from 'kysely';
import { readModels } from '../../projections/models.js';
import type { Config } from '../config/config.js';
import { comparePositions, type Position } from '../event-store/port.js';
import { type Installation, openInstallation, schemas } from '../installation.js';
import type { Log } from '../platform/log.js';
import { masterKeyFingerprint } from '../platform/master-key.js';
import { countServing } from './serving.js';

/** What was looked at, and what was found: `ok` is false when somebody has to do something. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One thing to look at: words when it is well, an error in words when it is not. */
interface Check {
  readonly name: string;
  look(): Promise<string>;
}

const clockDifferenceMaxSeconds = 5;
const freeBytesMin = 1_000_000_000;
const remedy = 'Restore it from a backup.';

/** Looks at an installation, running or not, and changes nothing in it. */
export async function* examine(config: Config, log: Log): AsyncIterable<Finding> {
  yield* look({ name: 'disk', look: () => freeSpace(config.dataDirectory) });
  let installation: Installation | undefined;
  const opening = {
    name: 'database',
    look: async () => {
      installation = await openInstallation({ config, log, as: 'tool' });
      return versionOf(installation);
    },
  };
  yield* look(opening);
  if (!installation) return;
  try {
    for (const check of checksOf(installation, config)) yield* look(check);
  } finally {
    await installation.close();
  }
}

async function* look({ name, look: lookAt }: Check): AsyncIterable<Finding> {
  try {
    yield { name, ok: true, detail: await lookAt() };
  } catch (error) {
    yield { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function checksOf(installation: Installation, config: Config): Check[] {
  return [
    { name: 'processes', look: () => countProcesses(installation, config) },
    { name: 'migrations', look: () => checkMigrations(installation) },
    { name: 'durability', look: () => checkDurability(installation) },
    { name: 'master key', look: () => checkMasterKey(installation) },
    { name: 'clock', look: () => checkClock(installation) },
    {
      name: 'log',
      look: () => (config.eventStoreUrl === undefined ? checkLog(installation) : findHead(installation)),
    },
    ...readModels.map(({ name }) => ({
      name: `read model ${name}`,
      look: () => checkModel(installation, name),
    })),
  ];
}

async function freeSpace(directory: string): Promise<string> {
  if (!existsSync(directory)) return 'nothing is kept on this machine';
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const words = `${(free / 1e9).toFixed(1)} GB free under ${directory}`;
  if (free < freeBytesMin) throw new Error(`${words}: make room before the log cannot grow any more.`);
  return words;
}

async function versionOf({ readDb }: Installation): Promise<string> {
  const { rows } = await sql<{ version: string }>`select split_part(version(), ' on ', 1) as version`.execute(
    readDb,
  );
  return rows[0]?.version ?? 'answers';
}

async function countProcesses({ readDb }: Installation, { processesCount }: Config): Promise<string> {
  return `${processesCount} by these settings, ${await countServing(readDb)} serving now`;
}

async function checkMigrations({ readDb }: Installation): Promise<string> {
  const pending = [];
  let count = 0;
  for (const { schema, migrations } of schemas) {
    const table = `${schema}.migration`;
    const { rows } = await sql<{ name: string }>`select name from ${sql.table(table)}`.execute(readDb);
    const applied = new Set(rows.map(({ name }) => name));
    count += applied.size;
    pending.push(
      ...Object.keys(migrations)
        .filter((name) => !applied.has(name))
        .map((name) => `${schema} ${name}`),
    );
  }
  if (pending.length > 0)
    throw new Error(`Not yet applied: ${pending.join(', ')}. The next start applies them.`);
  return `${count} applied`;
}

/** With any of these off, PostgreSQL may lose what it has acknowledged, and so would we. */
async function checkDurability({ readDb }: Installation): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select name from pg_settings
    where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting = 'off'`.execute(readDb);
  if (rows.length === 0) return 'what is acknowledged is on disk';
  throw new Error(
    `PostgreSQL may lose what it acknowledged: turn on ${rows.map(({ name }) => name).join(', ')}.`,
  );
}

async function checkMasterKey({ keyRing, masterKey }: Installation): Promise<string> {
  await keyRing.check();
  return `opens the key ring (fingerprint ${masterKeyFingerprint(masterKey)})`;
}

async function checkClock({ readDb }: Installation): Promise<string> {
  const askedAt = Date.now();
  const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(readDb);
  const here = (askedAt + Date.now()) / 2;
  const seconds = Math.abs(here - Date.parse(rows[0]?.now ?? '')) / 1000;
  const words = `${seconds.toFixed(1)} s from the database's`;
  if (!(seconds <= clockDifferenceMaxSeconds)) {
    throw new Error(`This machine's clock is ${words}. Set it: the order of the past rests on it.`);
  }
  return words;
}

/** Positions and revisions are dense, so what is missing shows in the counts; the newest events must open. */
async function checkLog({ readDb, ledger }: Installation): Promise<string> {
  const { rows } = await sql<{ count: bigint; last: bigint; broken: string | null }>`
    select count(*) as count, coalesce(max(position), 0) as last,
      (select stream from log.events group by stream having max(revision) <> count(*) limit 1) as broken
    from log.events`.execute(readDb);
  const { count = 0n, last = 0n, broken = null } = rows[0] ?? {};
  if (count !== last) throw new Error(`The log is damaged: of ${last} events ${count} are left. ${remedy}`);
  if (broken !== null) throw new Error(`The log is damaged: events are missing from ${broken}. ${remedy}`);
  const newest = await sql<{ stream: string }>`
    select distinct stream from (select stream from log.events order by position desc limit 20) newest`.execute(
    readDb,
  );
  const read = new Set<string>();
  for (const { stream } of newest.rows) {
    for await (const { id } of ledger.readStream(stream, { backwards: true, limit: 5 })) read.add(id);
  }
  return `${count} events, none missing; the newest ${read.size} can be read`;
}

/** EventStoreDB looks after its own files. */
async function findHead({ ledger }: Installation): Promise<string> {
  return `in EventStoreDB, up to position ${await ledger.head()}`;
}

async function checkModel({ readDb, ledger }: Installation, model: string): Promise<string> {
  const head = await ledger.head();
  const { rows } = await sql<{ count: bigint; position: Position }>`
    select count, position from read.checkpoints where model = ${model} and live`.execute(readDb);
  const [live] = rows;
  if (!live) throw new Error('It has no tables yet; the next start makes them.');
  return comparePositions(live.position, head) >= 0
    ? `at the head of the log, with ${live.count} events`
    : `at position ${live.position} of a log that goes to ${head}; a running service catches up`;
}
