import { keyRows, keysModel } from '../../projections/keys/table.js';
import type { Runner } from '../../projections/runner/runner.js';
import { secretRecordOf } from '../../test/support/key-events.js';
import { partsOf } from '../../test/support/parts.js';
import { keyCreated } from '../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../test/support/projection-house.js';
import type { Recorded } from '../domain/recorded.js';
import { newId } from '../platform/ids.js';
import { createLapses, type Lapses } from './lapses.js';

const day = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();

let house: House;
let runner: Runner;
let now = day(0);

beforeEach(async () => {
  house = await openHouse();
  runner = house.runner({ models: [keysModel] });
  await runner.start();
  now = day(0);
});
afterEach(() => house.close());

/** As of one more process: nothing is shared but the log and the database. */
function lapses(): Lapses {
  const clock = { now: () => new Date(now) };
  const settled = () => settle(house, runner);
  const parts = partsOf(house, { clock, settled, keysListed: settled });
  const warn = (message: string, error: unknown) => {
    throw new Error(message, { cause: error });
  };
  return createLapses({ parts, warn });
}

/** What was recorded, and when and by whom. */
async function recorded(): Promise<Recorded[]> {
  const events = await house.events();
  return events.filter(({ metadata }) => metadata.actor.type === 'process');
}

const told = (events: readonly Recorded[]) => events.map(({ stream, event }) => `${stream} ${event.type}`);

async function create(keyId: string, expiresAt?: string): Promise<void> {
  await house.append(`key-${keyId}`, keyCreated({ keyId, ...(expiresAt !== undefined && { expiresAt }) }));
}

const rotate = (keyId: string, previousValidUntil: string) =>
  house.append(`key-${keyId}`, {
    type: 'KeyRotated',
    secret: secretRecordOf(`next-of-${keyId}`),
    previousSecretId: `secret-of-${keyId}`,
    previousValidUntil,
    rotatedAt: day(0),
  });

describe('what time alone does to keys', () => {
  it('is recorded at its instant and not before, once, in the name of the process', async () => {
    await create('k1', day(3));
    await create('k2', day(9));
    await create('k3');
    await rotate('k3', day(3));
    await settle(house, runner);
    const process = lapses();

    now = '2026-01-03T23:59:59.999Z';
    expect(await process.record()).toBe(false);
    expect(await recorded()).toEqual([]);

    now = day(3);
    await process.record();
    await process.record();
    await lapses().record();
    const events = await recorded();
    expect(told(events).toSorted()).toEqual(['key-k1 StatusChanged', 'key-k3 PreviousSecretRetired']);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining([
        { type: 'StatusChanged', status: 'EXPIRED', changedAt: day(3) },
        { type: 'PreviousSecretRetired', secretId: 'secret-of-k3', retiredAt: day(3) },
      ]),
    );
    expect(events[0]?.metadata).toMatchObject({
      recordedAt: day(3),
      actor: { type: 'process', id: 'lapses' },
      teamId: 'team-1',
    });
    expect((await house.rows(keyRows)).get('k1')).toMatchObject({ isExpiryRecorded: true, revision: 2 });
  });

  it('is recorded together when a key expires with its replaced secret', async () => {
    await create('k1', day(3));
    await rotate('k1', day(3));
    await settle(house, runner);
    now = day(4);
    await lapses().record();
    expect(told(await recorded())).toEqual(['key-k1 PreviousSecretRetired', 'key-k1 StatusChanged']);
  });

  it('is recorded anew after a new expiry has passed', async () => {
    await create('k1', day(1));
    await settle(house, runner);
    const process = lapses();
    now = day(2);
    await process.record();
    await prolong('k1', day(4));
    await process.record();
    expect(await recorded()).toHaveLength(1);
    now = day(5);
    await process.record();
    expect(told(await recorded())).toEqual(['key-k1 StatusChanged', 'key-k1 StatusChanged']);
  });

  it('is nothing to tell of keys that are revoked or deleted', async () => {
    for (const keyId of ['k1', 'k2']) await create(keyId, day(1));
    await house.append('key-k1', { type: 'KeyRevoked', reason: 'superseded', revokedAt: day(0) });
    await house.append('key-k2', { type: 'KeyDeleted', deletedAt: day(0) });
    await settle(house, runner);
    now = day(2);
    await lapses().record();
    expect(await recorded()).toEqual([]);
  });

  it('is recorded once when processes look at the same time, in rounds until nothing is left', async () => {
    const count = 430;
    for (let n = 0; n < count; n++) await create(`k${n}`, day(1));
    await settle(house, runner);
    now = day(2);
    const untilDone = async (process: Lapses): Promise<number> => {
      let rounds = 1;
      while (await process.record()) rounds += 1;
      return rounds;
    };
    const rounds = await Promise.all([untilDone(lapses()), untilDone(lapses())]);
    expect(Math.min(...rounds)).toBeGreaterThan(1);
    const events = await recorded();
    expect(events).toHaveLength(count);
    expect(new Set(events.map(({ stream }) => stream)).size).toBe(count);
  });
});

/** A new lifetime, given by somebody. */
async function prolong(keyId: string, expiresAt: string): Promise<void> {
  const stream = `key-${keyId}`;
  let revision = 0;
  for await (const one of house.ledger.readStream(stream)) revision = one.revision;
  const [first] = await house.events();
  if (!first) throw new Error('Nothing has happened.');
  const event = { type: 'ExpiryChanged', expiresAt, changedAt: now } as const;
  await house.ledger.append(stream, revision, [{ id: newId(), event, metadata: first.metadata }]);
  await settle(house, runner);
}
