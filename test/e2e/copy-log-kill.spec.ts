import { randomBytes, randomUUID } from 'node:crypto';
import { leafHash } from '../../src/audit/proof/leaf.js';
import { loadConfig } from '../../src/config/config.js';
import { createEventStoreDbEventStore } from '../../src/event-store/eventstoredb/index.js';
import { type EncodedEvent, type EventStore, start } from '../../src/event-store/port.js';
import { createPostgresEventStore } from '../../src/event-store/postgres/index.js';
import { openInstallation } from '../../src/installation.js';
import { createLog } from '../../src/platform/log.js';
import { launchAdmin } from '../support/admin-command.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type StandIn, startStandIn } from '../support/eventstore-stand-in/index.js';
import { eventually } from '../support/eventually.js';

/** The process that copies a log is killed in the middle, and another one finishes the copy. */

const eventsCount = 4_500;
/** Of one stream at a time. */
const runLength = 10;
const streamsCount = 50;
/** The copy does not get further, so that it is in the middle when it is killed. */
const heldAfterEvents = 1_000;
/** As many as it takes to know the ends of both logs and to copy a page or two. */
const heldAfterReads = 6;

let standIn: StandIn;
let databases: TestDatabase[];
const masterKey = randomBytes(32).toString('base64');

beforeAll(async () => {
  [standIn, ...databases] = await Promise.all([startStandIn(), createTestDatabase(), createTestDatabase()]);
});

afterAll(async () => {
  standIn.stop();
  for (const database of databases) await database.drop();
});

const settingsOf = (database: TestDatabase | undefined) => ({
  COMPASS_DATABASE_URL: database?.url ?? '',
  COMPASS_EVENTSTORE_URL: standIn.url,
  COMPASS_MASTER_KEY: masterKey,
});

/** As the first start of a service does. */
async function install(database: TestDatabase | undefined): Promise<void> {
  const config = loadConfig(settingsOf(database));
  const installation = await openInstallation({
    config,
    log: createLog({ level: 'silent' }),
    as: 'service',
  });
  await installation.close();
}

function anEvent(number: number): EncodedEvent {
  const data = Buffer.from(number % 2 === 0 ? `{"number":${number}}` : `number ${number}`);
  return { id: randomUUID(), type: 'Counted', data, metadata: new Uint8Array() };
}

async function fill(store: EventStore): Promise<void> {
  for (let number = 0; number < eventsCount; number += runLength) {
    const run = number / runLength;
    const expected = BigInt(Math.floor(run / streamsCount) * runLength);
    const events = Array.from({ length: runLength }, (_, index) => anEvent(number + index));
    const stored = await store.append(`count-${run % streamsCount}`, expected, events);
    if (!stored.ok) throw new Error(`${stored.actual} events are there, not ${expected}.`);
  }
}

async function hashesOf(store: EventStore): Promise<string[]> {
  const hashes: string[] = [];
  const { signal } = new AbortController();
  for await (const { events, caughtUp } of store.follow({ after: start, signal, alone: true })) {
    hashes.push(...events.map((event) => leafHash(event).toString('hex')));
    if (caughtUp) break;
  }
  await store.close();
  return hashes;
}

const inPostgres = (database: TestDatabase | undefined) =>
  hashesOf(createPostgresEventStore({ url: database?.url ?? '' }));
const inEventStore = () => hashesOf(createEventStoreDbEventStore({ url: standIn.url }));

/** Kills one when so many events are there, lets another finish, and tells how many the first had copied. */
async function copyKilled(
  to: 'eventstore' | 'postgres',
  database: TestDatabase | undefined,
  hashes: () => Promise<string[]>,
): Promise<number> {
  const first = launchAdmin(settingsOf(database), 'copy-log', '--to', to);
  await eventually('half a copy', async () => (await hashes()).length >= heldAfterEvents / 2 || undefined);
  first.kill('SIGKILL');
  expect((await first.outcome).code).toBeNull();
  const copied = (await hashes()).length;
  expect(copied).toBeLessThan(eventsCount);
  standIn.setFaults({});
  const { code, stdout } = await launchAdmin(settingsOf(database), 'copy-log', '--to', to).outcome;
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${eventsCount} events are there`)]);
  expect(stdout).toContain(`, ${eventsCount - copied} of them new, each compared`);
  return copied;
}

test('to EventStoreDB, with an append that was stored and not answered', async () => {
  const [source] = databases;
  await install(source);
  await fill(createPostgresEventStore({ url: source?.url ?? '' }));
  const isHeld = () => standIn.log.all.length > heldAfterEvents;
  standIn.setFaults({ append: () => (isHeld() ? 'silence-after-storing' : undefined) });
  expect(await copyKilled('eventstore', source, inEventStore)).toBeGreaterThan(0);
  expect(await inEventStore()).toEqual(await inPostgres(source));
});

test('and from there to another PostgreSQL', async () => {
  const [source, target] = databases;
  await install(target);
  let reads = 0;
  standIn.setFaults({ read: () => (++reads > heldAfterReads ? 'silence' : undefined) });
  expect(await copyKilled('postgres', target, () => inPostgres(target))).toBeGreaterThan(0);
  expect(await inPostgres(target)).toEqual(await inPostgres(source));
});
