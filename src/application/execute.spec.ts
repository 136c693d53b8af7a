import { happened, nothing } from '../domain/decision.js';
import type { KeyCommand } from '../domain/key/commands.js';
import { type KeyEvent, keyStream, type SecretRecord } from '../domain/key/events.js';
import type { Key } from '../domain/key/state.js';
import type { WalletCommand } from '../domain/wallet/commands.js';
import { walletStream } from '../domain/wallet/events.js';
import { createCodec } from '../event-store/codec/codec.js';
import { createLedger } from '../event-store/ledger.js';
import { createMemoryEventStore, MemoryLog } from '../event-store/memory/index.js';
import { type EventStore, OutcomeUnknown, StoreUnavailable } from '../event-store/port.js';
import { systemClock } from '../platform/clock.js';
import { newId } from '../platform/ids.js';
import { createMemoryKeyRing } from '../platform/key-ring.js';
import type { CommandContext } from './context.js';
import { keyDecider, walletDecider } from './deciders.js';
import { createExecutor, type Execution } from './execute.js';

type Append = EventStore['append'];

const secret: SecretRecord = {
  secretId: 's',
  digest: 'd',
  digestAlgorithm: 'sha-256',
  format: 'compass-1',
  maskedSecret: 'cks_…',
  validUntil: null,
};

function context(): CommandContext {
  return { actor: { type: 'user', id: 'u' }, teamId: 't', commandId: newId(), correlationId: 'r' };
}

/** A key decider whose "revoke" can be repeated: every one appends, so that counting appends is counting commands. */
const countingDecider = {
  ...keyDecider,
  decide: (command: KeyCommand, key: Key | undefined) =>
    command.type === 'RevokeKey'
      ? happened<KeyEvent>({ type: 'KeyRevoked', reason: command.reason, revokedAt: command.at })
      : keyDecider.decide(command, key),
};

function createKey(keyId: string): Execution<Key, KeyCommand, KeyEvent> {
  return {
    decider: keyDecider,
    stream: keyStream(keyId),
    context: context(),
    command: {
      type: 'CreateKey',
      keyId,
      teamId: 't',
      projectId: 'p',
      keyType: 'service_account',
      tier: 'paid',
      role: 'member',
      scopes: [],
      secret,
      at: '2026-01-01T00:00:00.000Z',
    },
  };
}

function revokeKey(keyId: string): Execution<Key, KeyCommand, KeyEvent> {
  const command: KeyCommand = { type: 'RevokeKey', reason: 'superseded', at: '2026-01-02T00:00:00.000Z' };
  return { decider: keyDecider, stream: keyStream(keyId), context: context(), command };
}

/** Two processes on one log: each has its own executor, queue and cache; appends can be made to misbehave. */
function twoProcesses() {
  const log = new MemoryLog();
  const keyRing = createMemoryKeyRing();
  return [process(), process()] as const;

  function process() {
    const store = createMemoryEventStore(log);
    const faults: ((append: Append, ...args: Parameters<Append>) => ReturnType<Append>)[] = [];
    const counts = { appends: 0, reads: 0, events: 0 };
    const faulty: EventStore = {
      ...store,
      append: (...args) => {
        counts.appends += 1;
        const fault = faults.shift();
        return fault ? fault((...all) => store.append(...all), ...args) : store.append(...args);
      },
      async *readStream(...args) {
        counts.reads += 1;
        for await (const event of store.readStream(...args)) {
          counts.events += 1;
          yield event;
        }
      },
      follow: (options) => store.follow(options),
      head: () => store.head(),
    };
    const ledger = createLedger(faulty, createCodec(keyRing));
    const executor = createExecutor({ ledger, clock: systemClock, newId, deadlineMilliseconds: 300 });
    return { executor, ledger, faults, counts };
  }
}

async function eventsOf(
  ledger: { readStream(stream: string): AsyncIterable<{ event: { type: string } }> },
  stream: string,
) {
  const types = [];
  for await (const { event } of ledger.readStream(stream)) types.push(event.type);
  return types;
}

describe('executing commands', () => {
  it('appends what was decided and tells where', async () => {
    const [{ executor }] = twoProcesses();
    expect(await executor.execute(createKey('k'))).toMatchObject({ ok: true, revision: 1, changed: true });
    expect(await executor.execute(revokeKey('k'))).toMatchObject({ ok: true, revision: 2, changed: true });
    expect(await executor.execute(revokeKey('k'))).toMatchObject({ ok: true, revision: 2, changed: false });
  });

  it('does not begin what has waited for too long, so that those behind a log that was away are not late too', async () => {
    const [{ executor, faults, counts }] = twoProcesses();
    await executor.execute(createKey('k'));
    counts.appends = 0;
    const away = Promise.withResolvers<never>();
    faults.push(() => away.promise);
    const waiting = Array.from({ length: 20 }, () => executor.execute(revokeKey('k')));
    const settled = Promise.allSettled(waiting);
    await new Promise((done) => setTimeout(done, 310));
    away.reject(new StoreUnavailable('The log is away.'));
    for (const { status, ...rest } of await settled) {
      expect([status, rest]).toEqual(['rejected', { reason: expect.any(StoreUnavailable) as unknown }]);
    }
    expect(counts.appends).toBe(1);
    expect(await executor.execute(revokeKey('k'))).toMatchObject({ ok: true, changed: true });
  });

  it('queues many commands of one stream: none is refused, and the stream is read once', async () => {
    const [{ executor, ledger, counts }] = twoProcesses();
    await executor.execute(createKey('k'));
    counts.reads = 0;
    const all = Array.from({ length: 64 }, () =>
      executor.execute({ ...revokeKey('k'), decider: countingDecider }),
    );
    const outcomes = await Promise.all(all);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(counts.reads).toBe(0);
    expect(await eventsOf(ledger, keyStream('k'))).toHaveLength(65);
  });

  it('reads nothing of a stream that is new, and finds out by the append when it is not', async () => {
    const [one, other] = twoProcesses();
    const outcome = await one.executor.execute({ ...createKey('k'), isNew: true });
    expect(outcome).toMatchObject({ ok: true, revision: 1, changed: true });
    expect(one.counts).toMatchObject({ appends: 1, reads: 0 });
    const again = await other.executor.execute({ ...createKey('k'), isNew: true });
    expect(again).toMatchObject({ ok: true, revision: 1, changed: false });
    expect(await eventsOf(one.ledger, keyStream('k'))).toEqual(['KeyCreated']);
  });

  it('reads the ends alone of a stream that is told by them', async () => {
    const [first, second] = twoProcesses();
    const stream = walletStream('w');
    const at = '2026-01-01T00:00:00.000Z';
    const execution = (command: WalletCommand) => ({
      decider: walletDecider,
      stream,
      context: context(),
      command,
    });
    const open: WalletCommand = {
      type: 'OpenWallet',
      walletId: 'w',
      teamId: 't',
      name: 'W',
      currency: 'USD',
      at,
    };
    const topUp: WalletCommand = { type: 'TopUpWallet', amountMicros: 5, reference: 'Cash', at };
    expect(await second.executor.load(walletDecider, stream)).toMatchObject({ revision: 0 });
    for (const command of [open, topUp, topUp, topUp]) await first.executor.execute(execution(command));
    expect(await second.executor.execute(execution(topUp))).toMatchObject({
      state: { teamId: 't', balanceMicros: 20 },
      revision: 5,
    });
    expect(second.counts.events).toBe(2);
  });

  it('decides again on the state another process left', async () => {
    const [one, other] = twoProcesses();
    await one.executor.execute(createKey('k'));
    await other.executor.execute(revokeKey('k'));
    expect(await one.executor.execute(revokeKey('k'))).toMatchObject({
      ok: true,
      revision: 2,
      changed: false,
    });
    expect(await eventsOf(one.ledger, keyStream('k'))).toEqual(['KeyCreated', 'KeyRevoked']);
  });

  it('does not answer "nothing to do" from a state that is no longer true', async () => {
    const [one, other] = twoProcesses();
    const toggle = {
      ...keyDecider,
      decide: (command: KeyCommand, key: Key | undefined) => {
        if (command.type === 'CreateKey') return keyDecider.decide(command, key);
        return key?.revokedAt === '2026-01-02T00:00:00.000Z'
          ? nothing
          : happened<KeyEvent>({ type: 'KeyRevoked', reason: 'superseded', revokedAt: command.at });
      },
    };
    await one.executor.execute(createKey('k'));
    await one.executor.execute({ ...revokeKey('k'), decider: toggle });
    const later: KeyCommand = { type: 'RevokeKey', reason: 'superseded', at: '2026-01-03T00:00:00.000Z' };
    await other.executor.execute({ ...revokeKey('k'), decider: countingDecider, command: later });
    const outcome = await one.executor.execute({ ...revokeKey('k'), decider: toggle });
    expect(outcome).toMatchObject({ ok: true, revision: 4, changed: true });
  });

  it('races of two processes leave every command applied once', async () => {
    const [one, other] = twoProcesses();
    await one.executor.execute(createKey('k'));
    const commands = Array.from({ length: 60 }, (_, i) =>
      (i % 2 ? one : other).executor.execute({ ...revokeKey('k'), decider: countingDecider }),
    );
    const outcomes = await Promise.all(commands);
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(await eventsOf(one.ledger, keyStream('k'))).toHaveLength(61);
  });

  it('refuses a stale precondition without trying again', async () => {
    const [one, other] = twoProcesses();
    await one.executor.execute(createKey('k'));
    await other.executor.execute(revokeKey('k'));
    one.counts.appends = 0;
    const outcome = await one.executor.execute({
      ...revokeKey('k'),
      decider: countingDecider,
      expectedRevision: 1,
    });
    expect(outcome).toEqual({ ok: false, stale: 2 });
    expect(one.counts.appends).toBe(1);
  });
});

describe('an outcome that cannot be known at once', () => {
  const stored = async (append: Append, ...args: Parameters<Append>) => {
    await append(...args);
    throw new OutcomeUnknown('the answer was lost');
  };
  const lost = () => Promise.reject(new OutcomeUnknown('the connection broke'));
  const away = () => Promise.reject(new StoreUnavailable('not now'));

  it.each([
    ['stored, answer lost', [stored]],
    ['not stored', [lost]],
    ['not stored, then stored without an answer', [lost, stored]],
    ['stored, then the store is away for a moment', [stored, away, away]],
  ])('%s: the command is applied once', async (_, faults) => {
    const [{ executor, ledger, faults: pending }] = twoProcesses();
    await executor.execute(createKey('k'));
    pending.push(...faults);
    const outcome = await executor.execute({ ...revokeKey('k'), decider: countingDecider });
    expect(outcome).toMatchObject({ ok: true, revision: 2 });
    expect(await eventsOf(ledger, keyStream('k'))).toEqual(['KeyCreated', 'KeyRevoked']);
  });

  it('is found by its command id after others have written on', async () => {
    const [one, other] = twoProcesses();
    await one.executor.execute(createKey('k'));
    // Stored, then the other process writes on, then the repeat of the append meets a conflict.
    one.faults.push(stored, async () => {
      await other.executor.execute({ ...revokeKey('k'), decider: countingDecider });
      return { ok: false, actual: 3n };
    });
    const outcome = await one.executor.execute({ ...revokeKey('k'), decider: countingDecider });
    expect(outcome).toMatchObject({ ok: true, revision: 3, changed: true });
    expect(await eventsOf(one.ledger, keyStream('k'))).toHaveLength(3);
  });

  it('stays unknown when the store does not come back in time', async () => {
    const [{ executor, faults }] = twoProcesses();
    faults.push(lost, ...Array.from({ length: 100 }, () => away));
    await expect(executor.execute(createKey('k'))).rejects.toThrow(OutcomeUnknown);
  });

  it('is known at once when the store says that it did not do it', async () => {
    const [{ executor, faults, ledger }] = twoProcesses();
    faults.push(away);
    await expect(executor.execute(createKey('k'))).rejects.toThrow(StoreUnavailable);
    expect(await eventsOf(ledger, keyStream('k'))).toEqual([]);
  });
});
