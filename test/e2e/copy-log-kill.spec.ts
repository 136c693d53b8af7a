import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** The process that copies a log is killed in the middle, and another one finishes the copy. */

/** Many of them measure: `COMPASS_TEST_COPIED=1000000 npm test -- copy-log-kill` tells rates and memory. */
const eventsCount = Number(process.env.COMPASS_TEST_COPIED ?? 4_500);
/** Of one stream at a time. */
const runLength = 10;
const streamsCount = 50;
/** The copy does not get further, so that it is in the middle when it is killed. */
const heldAfterEvents = Math.floor(eventsCount / 4.5);
/** As many as it takes to know the ends of both logs and to copy a page or two, of more events more of them. */
const heldAfterReads = Math.floor(eventsCount / 750);
const timeoutMilliseconds = 120_000 + 2 * eventsCount;

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

/** Positions count the events there. */
async function countInPostgres(database: TestDatabase | undefined): Promise<number> {
  const store = createPostgresEventStore({ url: database?.url ?? '' });
  const head = await store.head();
  await store.close();
  return Number(head);
}

const isOurs = ({ stream }: { readonly stream: string }) => !stream.startsWith('$');
const countInEventStore = () => Promise.resolve(standIn.log.all.filter(isOurs).length);
const inEventStore = () => hashesOf(createEventStoreDbEventStore({ url: standIn.url }));

/** Looks at the memory of a process every second, as long as it lives. @returns MiB at its middle and at its end, and the most */
function weigh(pid: number | undefined): () => string {
  const weights: number[] = [];
  const timer = setInterval(() => {
    const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(status)?.[1];
    if (kilobytes !== undefined) weights.push(Math.round(Number(kilobytes) / 1_024));
  }, 1_000);
  return () => {
    clearInterval(timer);
    const [middle, last] = [weights[weights.length >> 1], weights.at(-1)];
    return `${middle} MiB in the middle, ${last} at the end, ${Math.max(...weights)} at most`;
  };
}

/** The last rate that each phase of a copy has told. */
function ratesIn(stderr: string): string {
  const rates = new Map<string, string>();
  for (const [, phase = '', rate = ''] of stderr.matchAll(/(comparing|copying|verifying) .* (\d+)\/s/g))
    rates.set(phase, rate);
  return [...rates].map(([phase, rate]) => `${phase} ${rate}/s`).join(', ');
}

/** Kills one when so many events are there, lets another finish, and tells how many the first had copied. */
async function copyKilled(
  to: 'eventstore' | 'postgres',
  database: TestDatabase | undefined,
  count: () => Promise<number>,
): Promise<number> {
  const first = launchAdmin(settingsOf(database), 'copy-log', '--to', to);
  while ((await count()) < heldAfterEvents / 2) await sleep(20);
  first.kill('SIGKILL');
  expect((await first.outcome).code).toBeNull();
  const copied = await count();
  expect(copied).toBeLessThan(eventsCount);
  standIn.setFaults({});
  const began = performance.now();
  const second = launchAdmin(settingsOf(database), 'copy-log', '--to', to);
  const weight = weigh(second.pid);
  const { code, stdout, stderr } = await second.outcome;
  const memory = weight();
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${eventsCount} events are there`)]);
  expect(stdout).toContain(`, ${eventsCount - copied} of them new, each compared`);
  if (process.env.COMPASS_TEST_COPIED !== undefined) {
    const seconds = Math.round((performance.now() - began) / 1_000);
    process.stdout.write(
      `To ${to}: killed after ${copied} events, the others copied and all ${eventsCount} compared in ${seconds} s ` +
        `(${ratesIn(stdout + stderr)}); ${memory}.\n`,
    );
  }
  return copied;
}

test(
  'to EventStoreDB, with an append that was stored and not answered',
  async () => {
    const [source] = databases;
    await install(source);
    await fill(createPostgresEventStore({ url: source?.url ?? '' }));
    const isHeld = () => standIn.log.all.length > heldAfterEvents;
    standIn.setFaults({ append: () => (isHeld() ? 'silence-after-storing' : undefined) });
    expect(await copyKilled('eventstore', source, countInEventStore)).toBeGreaterThan(0);
    expect(await inEventStore()).toEqual(await inPostgres(source));
  },
  timeoutMilliseconds,
);

test(
  'and from there to another PostgreSQL',
  async () => {
    const [source, target] = databases;
    await install(target);
    let reads = 0;
    standIn.setFaults({ read: () => (++reads > heldAfterReads ? 'silence' : undefined) });
    expect(await copyKilled('postgres', target, () => countInPostgres(target))).toBeGreaterThan(0);
    expect(await inPostgres(target)).toEqual(await inPostgres(source));
  },
  timeoutMilliseconds,
);
