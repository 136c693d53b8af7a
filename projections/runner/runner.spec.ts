import { sql } from 'kysely';
import type { Position } from '../../src/event-store/port.js';
import { eventually } from '../../test/support/eventually.js';
import { instant, keyCreated, use } from '../../test/support/projection-events.js';
import { expectParity, type House, openHouse, settle } from '../../test/support/projection-house.js';
import { type KeyRow, keyRows, keysModel } from '../keys/table.js';
import { secretUses } from '../last-used/table.js';
import { readModels } from '../models.js';
import type { ReadModel, Table } from './model.js';
import type { Runner } from './runner.js';
import type { ModelStatus } from './status.js';

const timeoutMilliseconds = 20_000;

let house: House;
beforeEach(async () => {
  house = await openHouse('nothing');
});
afterEach(() => house.close());

async function happen(from: number, to: number): Promise<Position> {
  let position = '0' as Position;
  for (let n = from; n < to; n++) {
    await house.append(`key-k${n}`, keyCreated({ keyId: `k${n}`, createdAt: instant(n) }));
    const rows = [use({ keyId: `k${n % 3}`, lastAt: instant(n) })];
    position = await house.append('uses-p1-2026-11-21', { type: 'KeyUsesRecorded', rows });
  }
  return position;
}

async function until(
  runner: Runner,
  wanted: (status: ModelStatus) => boolean,
  quantity: 'some' | 'every' = 'every',
): Promise<void> {
  await eventually(`${quantity} model: ${wanted}`, () => runner.status()[quantity](wanted) || undefined);
}

/** Ends connections, as a restart of the database does. */
async function killConnections(applicationName: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = ${applicationName} and pid <> pg_backend_pid()
  `.execute(house.db);
}

/** Process numbers of the connections that hold locks of models. */
async function holders(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_locks join pg_database on pg_database.oid = database
    where locktype = 'advisory' and granted and datname = current_database()`.execute(house.db);
  return rows.map(({ pid }) => pid);
}

const isRunning = ({ state }: ModelStatus) => state === 'running';
const isStandby = ({ state }: ModelStatus) => state === 'standby';

describe('the runner', () => {
  it('shows what happened as soon as it says so', async () => {
    const runner = house.runner();
    await runner.start();
    const position = await happen(0, 5);
    expect(await runner.waitFor(position, { timeoutMilliseconds })).toBe(true);
    await expectParity(house);
    expect(await house.rows(keyRows)).toHaveProperty('size', 5);
    await until(runner, ({ caughtUp }) => caughtUp);
    expect(runner.status()).toEqual(
      readModels.map(({ name }) => ({
        model: name,
        state: 'running',
        position,
        caughtUp: true,
        lagSeconds: 0,
      })),
    );
  });

  it('says no when a position is not reached in time', async () => {
    const runner = house.runner();
    await runner.start();
    const position = await happen(0, 1);
    const beyond = String(Number(position) + 1) as Position;
    expect(await runner.waitFor(beyond, { timeoutMilliseconds: 100 })).toBe(false);
  });

  it('goes on after a restart where it stopped', async () => {
    const first = house.runner();
    await first.start();
    await happen(0, 5);
    await settle(house, first);
    await first.stop();
    await happen(5, 10);
    const second = house.runner();
    await second.start();
    await settle(house, second);
    await expectParity(house);
  });

  it('runs each model in one process, and lets the others know how far it is', async () => {
    const [first, second] = [house.runner(), house.runner()];
    await first.start();
    await until(first, isRunning);
    await second.start();
    await until(second, isStandby);
    const position = await happen(0, 3);
    expect(await second.waitFor(position, { timeoutMilliseconds })).toBe(true);
    await expectParity(house);
    await until(second, ({ caughtUp, position: seen }) => caughtUp && seen === position);
  });

  it('is taken over from when it stops', async () => {
    const [first, second] = [house.runner(), house.runner()];
    await first.start();
    await until(first, isRunning);
    await second.start();
    await happen(0, 3);
    await first.stop();
    await happen(3, 6);
    await until(second, isRunning);
    await settle(house, second);
    await expectParity(house);
  });

  it('is taken over from when its connection breaks, and nothing is missed or done twice', async () => {
    const runners = [house.runner(), house.runner(), house.runner()];
    await Promise.all(runners.map((runner) => runner.start()));
    const writing = happen(0, 60);
    for (let round = 0; round < 5; round++) {
      await killConnections('compass-read-model-locks');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await writing;
    await Promise.all(runners.map((runner) => settle(house, runner)));
    await expectParity(house);
  });

  it('runs in one process again after that', async () => {
    const runners = [house.runner(), house.runner()];
    await Promise.all(runners.map((runner) => runner.start()));
    for (let round = 0; round < 3; round++) {
      const before = await holders();
      await killConnections('compass-read-model-locks');
      await eventually('new holders of all locks', async () => {
        const now = await holders();
        return now.length === readModels.length && !now.some((pid) => before.includes(pid));
      });
      await eventually('one running and one standing by for each model', () =>
        readModels.every((_, index) => {
          const states = runners.map((runner) => runner.status()[index]?.state);
          return states.toSorted().join() === 'running,standby';
        }),
      );
    }
  });

  it('keeps trying while the database breaks off', async () => {
    const runner = house.runner();
    await runner.start();
    const writing = happen(0, 60);
    for (let round = 0; round < 5; round++) {
      await killConnections('projection-spec').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await writing;
    await settle(house, runner);
    await expectParity(house);
  });
});

describe('an event that a model cannot apply', () => {
  const broken = (wrong: ReadModel): readonly ReadModel[] =>
    readModels.map((model) => (model.name === wrong.name ? wrong : model));

  it('stops that model before it, tells where and why, and nothing personal', async () => {
    const runner = house.runner({
      models: broken({ ...keysModel, tables: [{ ...keyRows, apply: poisoned }] }),
    });
    await runner.start();
    await happen(0, 2);
    const last = await house.append('key-good', keyCreated({ keyId: 'good' }));
    const position = await house.append(
      'key-bad',
      keyCreated({ keyId: 'bad', name: 'poison', notes: 'Ring Ada' }),
    );
    await happen(2, 3);
    await until(runner, ({ state }) => state === 'stopped', 'some');
    await settle(house, runner, ['access', 'audit', 'last-used', 'team']);
    await expectParity(
      house,
      readModels.filter(({ name }) => name !== 'keys'),
    );
    const status = runner.status().find(({ model }) => model === 'keys');
    expect(status).toMatchObject({
      state: 'stopped',
      position: last,
      caughtUp: false,
      error: { type: 'KeyCreated', position, reason: expect.stringContaining('TypeError at') },
    });
    expect([...(await house.rows(keyRows)).keys()].sort()).toEqual(['good', 'k0', 'k1']);
    expect(house.said.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(JSON.stringify([status, house.said])).not.toContain('Ring Ada');
    expect(await runner.waitFor(position, { timeoutMilliseconds })).toBe(false);
  });

  function poisoned(...args: Parameters<typeof keyRows.apply>) {
    const [row, { event }] = args;
    if (event.type === 'KeyCreated' && event.name === 'poison')
      throw new TypeError(`${event.notes} is no function`);
    return keyRows.apply(...args) ?? row;
  }

  it('is tried again after a restart, with the code of then', async () => {
    const before = house.runner({ models: [{ ...keysModel, tables: [{ ...keyRows, apply: poisoned }] }] });
    await before.start();
    await house.append('key-bad', keyCreated({ keyId: 'bad', name: 'poison' }));
    await until(before, ({ state }) => state === 'stopped');
    await before.stop();
    const after = house.runner();
    await after.start();
    await settle(house, after);
    await expectParity(house);
  });

  it('may be one that the database refuses', async () => {
    const runner = house.runner();
    await runner.start();
    const position = await house.append('key-bad', keyCreated({ keyId: 'bad', notes: 'Ring\u0000Ada' }));
    await happen(0, 3);
    await until(runner, ({ state }) => state === 'stopped', 'some');
    await settle(house, runner, ['access', 'audit', 'last-used', 'team']);
    expect(runner.status().find(({ model }) => model === 'keys')).toMatchObject({
      state: 'stopped',
      error: { type: 'KeyCreated', position, reason: expect.stringContaining('SQLSTATE 22P05') },
    });
    expect(JSON.stringify([runner.status(), house.said])).not.toContain('Ada');
    expect(await house.rows(secretUses)).toHaveProperty('size', 1);
  });
});

describe('a model of another version', () => {
  const inCapitals: Table<KeyRow> = {
    ...keyRows,
    apply(...args) {
      const row = keyRows.apply(...args);
      return row && { ...row, name: row.name.toUpperCase() };
    },
  };
  const later: ReadModel = { ...keysModel, version: keysModel.version + 1, tables: [inCapitals] };

  it('is made anew at the start when the code is newer', async () => {
    const earlier = house.runner({ models: [keysModel] });
    await earlier.start();
    await happen(0, 3);
    await settle(house, earlier);
    await earlier.stop();
    const runner = house.runner({ models: [later] });
    await runner.start();
    await expectParity(house, [later]);
    await happen(3, 6);
    await settle(house, runner);
    await expectParity(house, [later]);
  });

  it('stops a process with older code, which goes on with nothing', async () => {
    const earlier = house.runner({ models: [keysModel] });
    await earlier.start();
    await happen(0, 3);
    await settle(house, earlier);
    const runner = house.runner({ models: [later] });
    await runner.start();
    await happen(3, 6);
    await until(earlier, ({ state }) => state === 'stopped');
    await settle(house, runner);
    await expectParity(house, [later]);
    expect(earlier.status()[0]?.error?.reason).toContain(`version ${keysModel.version}`);
  });
});
