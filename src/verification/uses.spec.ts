import type { KeyAccess } from '../domain/access/verdict.js';
import type { UseRow } from '../domain/uses/events.js';
import { createCodec } from '../event-store/codec/codec.js';
import { createLedger, type Ledger } from '../event-store/ledger.js';
import { createMemoryEventStore } from '../event-store/memory/index.js';
import { OutcomeUnknown, StoreUnavailable } from '../event-store/port.js';
import { newId } from '../platform/ids.js';
import { createMemoryKeyRing } from '../platform/key-ring.js';
import { createUseRecorder, flushIntervalMilliseconds, type Use } from './uses.js';

const processId = newId();
const day = '2026-11-21';
const noon = `${day}T12:00:00.000Z`;

function setUp() {
  const ledger = createLedger(createMemoryEventStore(), createCodec(createMemoryKeyRing()));
  const warnings: string[] = [];
  const house = { now: noon, append: ledger.append };
  const recorder = createUseRecorder({
    ledger: { ...ledger, append: (...given: Parameters<Ledger['append']>) => house.append(...given) },
    clock: { now: () => new Date(house.now) },
    newId,
    processId,
    warn: (message) => warnings.push(message),
  });
  async function stored(onDay = day) {
    const events = [];
    for await (const one of ledger.readStream(`uses-${processId}-${onDay}`)) events.push(one);
    return events.map(({ event, metadata }) => ({
      teamId: metadata.teamId,
      rows: event.type === 'KeyUsesRecorded' ? event.rows : [],
    }));
  }
  return { ...house, house, ledger, recorder, stored, warnings };
}

function use(keyId: string, changes: Partial<Use> = {}): Use {
  const access = { keyId, teamId: 't1' } as KeyAccess;
  return { access, secret: { secretId: `secret-of-${keyId}` }, code: 'VALID', at: noon, ...changes };
}

const rowsOf = (events: readonly { readonly rows: readonly UseRow[] }[]) =>
  events.flatMap(({ rows }) => rows);

describe('uses', () => {
  it('are counted by secret, code, permission, service and model, and written down once', async () => {
    const { recorder, stored } = setUp();
    const later = '2026-11-21T12:00:01.000Z';
    recorder.record(use('k1'));
    recorder.record(use('k1', { at: later }));
    recorder.record(use('k1', { code: 'EXPIRED' }));
    recorder.record(use('k1', { permission: 'runs:read' }));
    recorder.record(use('k1', { permission: 'runs:read', model: 'falcon' }));
    recorder.record(use('k1', { model: 'falcon' }));
    recorder.record(use('k1', { model: 'jais', at: later }));
    recorder.record(use('k1', { model: 'falcon', at: later }));
    recorder.record(use('k1', { model: 'jais', service: 's1', at: later }));
    expect(await recorder.flush()).toBe(true);
    expect(await recorder.flush()).toBe(true);
    const row = { keyId: 'k1', secretId: 'secret-of-k1', count: 1, firstAt: noon, lastAt: noon };
    expect(rowsOf(await stored())).toEqual([
      { ...row, code: 'VALID', service: 's1', model: 'jais', firstAt: later, lastAt: later },
      { ...row, code: 'VALID', model: 'jais', firstAt: later, lastAt: later },
      { ...row, code: 'VALID', model: 'falcon', count: 2, lastAt: later },
      { ...row, code: 'VALID', permission: 'runs:read', model: 'falcon' },
      { ...row, code: 'VALID', permission: 'runs:read' },
      { ...row, code: 'EXPIRED' },
      { ...row, code: 'VALID', count: 2, lastAt: later },
    ]);
  });

  it('of a token are counted by the token, whatever its present secret', async () => {
    const { recorder, stored } = setUp();
    const by = (secretId: string, tokenId: string) => ({ secret: { secretId, token: { tokenId } } });
    recorder.record(use('k1', by('s1', 'token-1')));
    recorder.record(use('k1', by('s2', 'token-1')));
    recorder.record(use('k1', by('s3', 'token-2')));
    await recorder.flush();
    const row = { keyId: 'k1', code: 'VALID', count: 1, firstAt: noon, lastAt: noon };
    expect(rowsOf(await stored())).toEqual([
      { ...row, tokenId: 'token-1', count: 2 },
      { ...row, tokenId: 'token-2' },
    ]);
  });

  it('of each team are events of its own', async () => {
    const { recorder, stored } = setUp();
    recorder.record(use('k1'));
    recorder.record(use('k2', { access: { keyId: 'k2', teamId: 't2' } }));
    await recorder.flush();
    expect((await stored()).map(({ teamId, rows }) => [teamId, rows[0]?.keyId])).toEqual([
      ['t1', 'k1'],
      ['t2', 'k2'],
    ]);
  });

  it('of many keys are written in pieces, none of them lost', async () => {
    const { recorder, stored } = setUp();
    const keyIds = Array.from({ length: 3_210 }, (_, n) => `k${n}`);
    for (const keyId of keyIds) recorder.record(use(keyId));
    await recorder.flush();
    const events = await stored();
    expect(Math.max(...events.map(({ rows }) => rows.length))).toBeLessThanOrEqual(1_500);
    expect(rowsOf(events).map(({ keyId }) => keyId)).toEqual(keyIds);
  });

  it('of the longest models fit into events of half a mebibyte', async () => {
    const { recorder, ledger, stored } = setUp();
    const longest = { model: '\u{6f22}'.repeat(100), permission: 'connections:write' };
    const secretId = newId();
    for (let n = 0; n < 800; n += 1) {
      const access = { keyId: newId(), teamId: 't1' } as KeyAccess;
      recorder.record(
        use('k1', { ...longest, access, secret: { secretId: `${secretId.slice(0, -3)}${n}` } }),
      );
    }
    expect(await recorder.flush()).toBe(true);
    expect(rowsOf(await stored())).toHaveLength(800);
    for await (const { event } of ledger.readStream(`uses-${processId}-${day}`)) {
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512 * 1_024);
    }
  });

  it('go to the stream of their day', async () => {
    const { house, recorder, stored } = setUp();
    recorder.record(use('k1'));
    await recorder.flush();
    house.now = '2026-11-22T00:00:00.000Z';
    recorder.record(use('k2'));
    await recorder.flush();
    expect(rowsOf(await stored()).map(({ keyId }) => keyId)).toEqual(['k1']);
    expect(rowsOf(await stored('2026-11-22')).map(({ keyId }) => keyId)).toEqual(['k2']);
  });

  it('are stored once when nobody knows whether they were', async () => {
    const { house, ledger, recorder, stored, warnings } = setUp();
    house.append = async (...given) => {
      await ledger.append(...given);
      throw new OutcomeUnknown('The line went dead.');
    };
    recorder.record(use('k1'));
    expect(await recorder.flush()).toBe(false);
    house.append = ledger.append;
    recorder.record(use('k2'));
    expect(await recorder.flush()).toBe(true);
    expect(rowsOf(await stored()).map(({ keyId }) => keyId)).toEqual(['k1', 'k2']);
    expect(warnings).toHaveLength(1);
  });

  it('are kept while the log is away', async () => {
    const { house, ledger, recorder, stored } = setUp();
    house.append = () => Promise.reject(new StoreUnavailable('Away.'));
    for (const keyId of ['k1', 'k2', 'k3']) {
      recorder.record(use(keyId));
      expect(await recorder.flush()).toBe(false);
    }
    expect(await stored()).toEqual([]);
    house.append = ledger.append;
    expect(await recorder.flush()).toBe(true);
    expect(rowsOf(await stored()).map(({ keyId }) => keyId)).toEqual(['k1', 'k2', 'k3']);
  });

  it('are written down when it stops, also those counted while a flush was under way', async () => {
    const { recorder, stored } = setUp();
    recorder.start();
    recorder.record(use('k1'));
    const flushing = recorder.flush();
    recorder.record(use('k2'));
    await recorder.stop();
    await flushing;
    expect(rowsOf(await stored()).map(({ keyId }) => keyId)).toEqual(['k1', 'k2']);
  });

  it('are written down by themselves once it has started', async () => {
    const { ledger, recorder, stored } = setUp();
    recorder.start();
    recorder.record(use('k1'));
    for await (const { events } of ledger.follow({
      after: await ledger.head(),
      signal: new AbortController().signal,
    })) {
      if (events.length > 0) break;
    }
    expect(rowsOf(await stored())).toHaveLength(1);
    await recorder.stop();
  });

  it.each([
    [0, 1_000],
    [1_000, 1_000],
    [20_000, 20_000],
    [100_000, 60_000],
  ])('of %i kinds are counted for %i ms', (rowsCount, milliseconds) => {
    expect(flushIntervalMilliseconds(rowsCount)).toBe(milliseconds);
  });
});
