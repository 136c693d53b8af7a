import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { start } from '../../src/event-store/port.js';
import { anEvent, bytes, followUntil, idsOf, readAll, someEvents, stored } from './event-store/log.js';
import { makePostgresLog, type PostgresLog } from './postgres-log.js';

const appendsPerWriter = 30;
const transactions = 20;

describe('the order of the log on Postgres', () => {
  let log: PostgresLog;
  beforeEach(async () => {
    log = await makePostgresLog();
  });
  afterEach(() => log.cleanup());

  it('is dense and never changes for a reader, whatever other transactions do', async () => {
    const { store, another } = log;
    const stores = [store, another(), another(), another()];
    const writers = [1, 2, 3, 4].flatMap(() => stores);
    const idle = await log.connect();
    await idle.query('begin');
    await idle.query('create table something_else (id int)');
    const total = writers.length * appendsPerWriter + transactions;
    const reading = followUntil(another(), start, (seen) => seen.length >= total);

    const own = writers.map(async (writer, index) => {
      const events = someEvents(appendsPerWriter);
      for (const [turn, event] of events.entries()) {
        stored(await writer.append(`key-${index}`, BigInt(turn), [event]));
      }
      return idsOf(events);
    });
    const slow = appendSlowly(await log.connect(), 'slow', 'commit');
    const undone = appendSlowly(await log.connect(), 'undone', 'rollback');
    const acknowledged = (await Promise.all([...own, slow])).flat();
    const neverStored = await undone;

    const seen = await reading;
    expect(idsOf(seen).toSorted()).toEqual(acknowledged.toSorted());
    expect(seen.map(({ position }) => position)).toEqual(seen.map((_, index) => String(index + 1)));
    expect(idsOf(await followUntil(store, start))).toEqual(idsOf(seen));
    expect(seen.filter(({ id }) => neverStored.includes(id))).toEqual([]);
    expect(await readAll(store, 'undone')).toEqual([]);
    await idle.query('rollback');
  });

  it('stores a group in the order of the calls, conflicts left out', async () => {
    const { store } = log;
    await store.append('taken', 0n, [anEvent()]);
    const results = await Promise.all([
      store.append('key-1', 0n, someEvents(2)),
      store.append('taken', 0n, [anEvent()]),
      store.append('key-2', 0n, someEvents(3)),
      store.append('key-3', 0n, [anEvent()]),
    ]);
    expect(results).toEqual([
      { ok: true, revision: 2n, position: '3' },
      { ok: false, actual: 1n },
      { ok: true, revision: 3n, position: '6' },
      { ok: true, revision: 1n, position: '7' },
    ]);
  });

  it('does not depend on the isolation that the database has by default', async () => {
    const admin = await log.connect();
    const { pathname } = new URL(log.url);
    await admin.query(
      `alter database ${pathname.slice(1)} set default_transaction_isolation = 'serializable'`,
    );
    const stores = [log.another(), log.another()];
    for (let revision = 0n; revision < 20n; revision++) {
      const results = await Promise.all(stores.map((each) => each.append('key-1', revision, [anEvent()])));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    }
  });

  it('is watched: a follower stops where events were taken out', async () => {
    const { store } = log;
    await store.append('key-1', 0n, someEvents(5));
    await (await log.connect()).query('delete from log.events where position = 3');
    await expect(followUntil(store, start)).rejects.toThrow('Events are missing');
  });

  it('sends many appends as one group, those of one stream one by one', async () => {
    const groups: number[] = [];
    const grouping = await makePostgresLog({ onGroup: ({ seconds }) => groups.push(seconds.length) });
    const once = Array.from({ length: 100 }, (_, index) =>
      grouping.store.append(`key-${index}`, 0n, [anEvent()]),
    );
    const thrice = [0n, 1n, 2n].map((expected) => grouping.store.append('key-x', expected, [anEvent()]));
    expect((await Promise.all([...once, ...thrice])).every(({ ok }) => ok)).toBe(true);
    expect(groups).toEqual([101, 1, 1]);
    await grouping.cleanup();
  });
});

/** Transactions of another program that use our function, dawdle, and end in one way. @returns the ids */
async function appendSlowly(
  client: pg.Client,
  stream: string,
  end: 'commit' | 'rollback',
): Promise<string[]> {
  const ids = Array.from({ length: transactions }, () => randomUUID());
  const body = Buffer.from(bytes('{}'));
  for (const [index, id] of ids.entries()) {
    const expected = end === 'commit' ? index : 0;
    await client.query('begin');
    await client.query(
      "select log.append_group(array[$1], array[$2::bigint], array[1], array[$2::bigint + 1], array[$3::uuid], array['T'], array[$4::bytea], array[$4::bytea])",
      [stream, expected, id, body],
    );
    await client.query('select pg_sleep(0.005)');
    await client.query(end);
  }
  return ids;
}
