import type { Kysely } from 'kysely';
import pg from 'pg';
import { migrations, readSchema } from '../projections/migrations/index.js';
import { readModels } from '../projections/models.js';
import type { ReadModel } from '../projections/runner/model.js';
import { rebuild } from '../projections/runner/rebuild.js';
import { createCodec } from '../src/event-store/codec/codec.js';
import { createLedger } from '../src/event-store/ledger.js';
import { createPostgresEventStore } from '../src/event-store/postgres/index.js';
import { createMemoryKeyRing } from '../src/platform/key-ring.js';
import { migrate } from '../src/platform/migrate.js';
import { createKysely, createPool } from '../src/platform/postgres.js';
import { fillLog } from './fill.js';
import { type BenchRow, compare, inTurns } from './row.js';
import type { Stage } from './stage.js';

const keysCount = 50_000;
const rounds = 3;
const targets: Readonly<Record<string, number>> = { keys: 0.45, access: 0.6, audit: 0.25 };

/** Read models made anew, one at a time, beside the same events read by a cursor and thrown away. */
export async function benchRebuild(stage: Stage): Promise<BenchRow[]> {
  const url = await stage.makeDatabase('rebuild');
  stage.tell(`  Writing ${keysCount.toLocaleString('en')} keys.`);
  await fillLog(url, keysCount);
  const pool = createPool(url, { applicationName: 'bench-rebuild', statementTimeoutMilliseconds: 0 });
  stage.defer(() => pool.end());
  await migrate(pool, { schema: readSchema, migrations });
  const db = createKysely<unknown>(pool);
  const rows: BenchRow[] = [];
  for (const model of readModels) {
    const measured = await inTurns(rounds, {
      ours: () => rebuildPerSecond(url, db, model),
      limit: () => cursorPerSecond(url),
    });
    const compared = compare(measured.ours, measured.limit);
    stage.tell(`  ${model.name}: ${Math.round(compared.ours).toLocaleString('en')} events/s.`);
    const target = targets[model.name];
    rows.push({
      name: `rebuild of ${model.name}, ${(2 * keysCount).toLocaleString('en')} events, beside a cursor`,
      ...compared,
      unit: 'events/s',
      ...(target !== undefined && { target }),
      limitedBy: 'one core: reading the page, decoding, folding; and Postgres writing rows and indexes',
      notes: [],
    });
  }
  return rows;
}

/** From the first event to the switch, indexes included; nothing of the log is in memory yet. */
async function rebuildPerSecond(url: string, db: Kysely<unknown>, model: ReadModel): Promise<number> {
  const store = createPostgresEventStore({ url });
  const ledger = createLedger(store, createCodec(createMemoryKeyRing()));
  let events = 0;
  const began = performance.now();
  await rebuild({
    db: db,
    connectionString: url,
    ledger,
    model,
    onProgress: (progress) => void (events = progress.events),
  });
  const seconds = (performance.now() - began) / 1_000;
  await store.close();
  return events / seconds;
}

async function cursorPerSecond(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let events = 0;
  const began = performance.now();
  await client.query('begin');
  await client.query('declare reading no scroll cursor for select * from log.events order by position');
  for (let count = 1; count > 0; ) {
    count = (await client.query('fetch 1000 from reading')).rows.length;
    events += count;
  }
  const seconds = (performance.now() - began) / 1_000;
  await client.end();
  return events / seconds;
}
