import { setTimeout as sleep } from 'node:timers/promises';
import { OutcomeUnknown, StoreUnavailable, start } from '../../src/event-store/port.js';
import { createPostgresEventStore } from '../../src/event-store/postgres/index.js';
import { anEvent, followUntil, idsOf, readAll } from './event-store/log.js';
import {
  findBackend,
  findBlockedWriter,
  holdTurn,
  makePostgresLog,
  type PostgresLog,
  terminate,
} from './postgres-log.js';
import { openProxy, type Proxy } from './proxy.js';

describe('appends on a Postgres that fails', () => {
  let log: PostgresLog;
  /** A closed store refuses without a moment's delay: who tried on after a test in vain would let nobody else have a turn. */
  let over: AbortController;
  beforeEach(async () => {
    log = await makePostgresLog();
    over = new AbortController();
  });
  afterEach(async () => {
    over.abort();
    await log.cleanup();
  });

  it('fail alone when Postgres refuses one of a group', async () => {
    const { store } = log;
    const admin = await log.connect();
    await admin.query("alter table log.events add constraint no_poison check (type <> 'Poison')");
    const isPoison = (index: number): boolean => index % 13 === 5;
    const appends = Array.from({ length: 40 }, (_, index) =>
      store.append(`key-${index}`, 0n, [anEvent({ type: isPoison(index) ? 'Poison' : 'Happened' })]),
    );
    for (const [index, outcome] of (await Promise.allSettled(appends)).entries()) {
      expect(outcome).toMatchObject(
        isPoison(index)
          ? { status: 'rejected', reason: { code: '23514' } }
          : { status: 'fulfilled', value: { ok: true, revision: 1n } },
      );
    }
    const seen = await followUntil(store, start);
    expect(seen.map(({ position }) => position)).toEqual(
      Array.from({ length: 37 }, (_, index) => `${index + 1}`),
    );
  });

  it('are known to have stored nothing while another has the turn, and work when it gives it back', async () => {
    const impatient = createPostgresEventStore({ url: log.url, timeouts: { lock: 100 } });
    const release = await holdTurn(log);
    const event = anEvent();
    await expect(impatient.append('key-1', 0n, [event])).rejects.toThrow(StoreUnavailable);
    await release();
    expect(await readAll(impatient, 'key-1')).toEqual([]);
    expect(await impatient.append('key-1', 0n, [event])).toMatchObject({ ok: true });
    await impatient.close();
  });

  it('are unknown when their backend is ended; reading tells', async () => {
    const { store } = log;
    const admin = await log.connect();
    const release = await holdTurn(log);
    const outcomes = Promise.allSettled(
      [1, 2, 3].map((index) => store.append(`key-${index}`, 0n, [anEvent()])),
    );
    await admin.query('select pg_terminate_backend($1)', [await findBlockedWriter(admin)]);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(OutcomeUnknown) });
    }
    await release();
    expect(await readAll(store, 'key-1')).toEqual([]);
    expect(await store.append('key-1', 0n, [anEvent()])).toMatchObject({ ok: true });
  });

  it('keep their word while backends are killed: acknowledged is stored, unavailable is not', async () => {
    const { store } = log;
    const admin = await log.connect();
    const ids = { stored: new Set<string>(), unknown: new Set<string>(), unavailable: new Set<string>() };
    const isEnough = (): boolean => over.signal.aborted || (ids.stored.size >= 200 && ids.unknown.size >= 20);

    async function append(stream: string): Promise<void> {
      const event = anEvent();
      try {
        expect(await store.append(stream, 0n, [event])).toMatchObject({ ok: true });
        ids.stored.add(event.id);
      } catch (error) {
        if (!(error instanceof OutcomeUnknown)) expect(error).toBeInstanceOf(StoreUnavailable);
        (error instanceof OutcomeUnknown ? ids.unknown : ids.unavailable).add(event.id);
      }
    }
    const writing = Array.from({ length: 16 }, async (_, writer) => {
      for (let turn = 0; !isEnough(); turn++) await append(`key-${writer}-${turn}`);
    });
    // However slow the machine is, a few get through between two kills.
    while (!isEnough()) {
      await terminate(admin, 'compass-log');
      const wanted = ids.stored.size + 5;
      while (ids.stored.size < wanted && !isEnough()) await sleep(5);
    }
    await Promise.all(writing);

    const seen = idsOf(await followUntil(log.another(), start));
    const stored = new Set(seen);
    expect(seen).toHaveLength(stored.size);
    expect([...ids.stored].filter((id) => !stored.has(id))).toEqual([]);
    expect([...ids.unavailable].filter((id) => stored.has(id))).toEqual([]);
  });
});

describe('a store on a network that fails', () => {
  let log: PostgresLog;
  let proxy: Proxy;
  beforeEach(async () => {
    log = await makePostgresLog();
    proxy = await openProxy(log.url);
  });
  afterEach(async () => {
    await proxy.close();
    await log.cleanup();
  });

  it('does not know what became of an append without an answer; a repeat tells', async () => {
    const store = createPostgresEventStore({ url: proxy.url, timeouts: { answer: 300 } });
    await store.append('key-1', 0n, [anEvent()]);
    proxy.silence();
    const event = anEvent();
    await expect(store.append('key-1', 1n, [event])).rejects.toThrow(OutcomeUnknown);
    expect(idsOf(await readAll(log.store, 'key-1'))).toContain(event.id);
    await proxy.cut();
    await proxy.restore();
    expect(await store.append('key-1', 1n, [event])).toMatchObject({ ok: true, revision: 2n });
    await store.close();
  });

  it('is unavailable where nobody answers, and works when somebody does', async () => {
    const store = createPostgresEventStore({ url: proxy.url });
    await proxy.cut();
    await expect(store.append('key-1', 0n, [anEvent()])).rejects.toThrow(StoreUnavailable);
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
    await expect(readAll(store, 'key-1')).rejects.toThrow(StoreUnavailable);
    await expect(followUntil(store, start)).rejects.toThrow(StoreUnavailable);
    await proxy.restore();
    expect(await store.append('key-1', 0n, [anEvent()])).toMatchObject({ ok: true });
    expect(await followUntil(store, start)).toHaveLength(1);
    await store.close();
  });

  it('tells followers who wait that the log is gone; they go on from where they were', async () => {
    const store = createPostgresEventStore({ url: proxy.url, pollMilliseconds: 20 });
    await log.store.append('key-1', 0n, [anEvent()]);
    const follower = store.follow({ after: start, signal: new AbortController().signal });
    const batches = follower[Symbol.asyncIterator]();
    const { position } = (await batches.next()).value;
    const next = batches.next();
    await Promise.all([proxy.cut(), expect(next).rejects.toThrow(StoreUnavailable)]);
    await log.store.append('key-1', 1n, [anEvent()]);
    await proxy.restore();
    expect((await followUntil(store, position)).map(({ revision }) => revision)).toEqual([2n]);
    await store.close();
  });
});

describe('followers on Postgres', () => {
  const never = 3_600_000;

  it('hear of events though the connection that listens is killed again and again', async () => {
    const log = await makePostgresLog({ pollMilliseconds: never });
    const admin = await log.connect();
    const follower = log.store.follow({ after: start, signal: new AbortController().signal });
    const batches = follower[Symbol.asyncIterator]();
    await batches.next();
    const writer = log.another();
    for (let revision = 0n; revision < 5n; revision++) {
      await findBackend(admin, 'compass-log-listener');
      await admin.query("notify compass_log, 'not a position'");
      await terminate(admin, 'compass-log-listener');
      const next = batches.next();
      await writer.append('key-1', revision, [anEvent()]);
      expect((await next).value).toMatchObject({ events: [{ revision: revision + 1n }] });
    }
    await batches.return?.();
    await log.cleanup();
  });

  it('look for themselves where no notification comes', async () => {
    const log = await makePostgresLog({ pollMilliseconds: 20 });
    const following = followUntil(log.store, start, (seen) => seen.length === 1);
    const foreign = await log.connect();
    await foreign.query("insert into log.events values (1, 'key-1', 1, $1, 'Happened', '', '')", [
      anEvent().id,
    ]);
    expect(await following).toMatchObject([{ stream: 'key-1', position: '1' }]);
    await log.cleanup();
  });
});
