import { createExecutor } from '../../src/application/execute.js';
import type { Parts } from '../../src/application/parts.js';
import {
  CompleteSignUpCommand,
  CompleteSignUpHandler,
  type SignedUp,
} from '../../src/application/user/complete-sign-up.js';
import type { DomainEvent, Recorded } from '../../src/domain/recorded.js';
import { createCodec } from '../../src/event-store/codec/codec.js';
import { createLedger, type Ledger } from '../../src/event-store/ledger.js';
import { createMemoryEventStore } from '../../src/event-store/memory/index.js';
import { OutcomeUnknown, StoreUnavailable, start } from '../../src/event-store/port.js';
import { systemClock } from '../../src/platform/clock.js';
import { newId } from '../../src/platform/ids.js';
import { createMemoryKeyRing } from '../../src/platform/key-ring.js';
import { sha256 } from '../../src/platform/random.js';

/** A sign-up writes three streams. It is stopped at each of them, and then signed up or in again. */

/** What happens to the k-th append of a process, and to all that follow: it ends there. */
const faults = {
  'before it is sent': { stores: false, error: new StoreUnavailable('away') },
  'before it is stored, without a word': { stores: false, error: new OutcomeUnknown('?') },
  'after it is stored, without a word': { stores: true, error: new OutcomeUnknown('?') },
} as const;

type Fault = keyof typeof faults;

function breaking(ledger: Ledger, failing: number, fault: Fault): Ledger {
  let appends = 0;
  return {
    ...ledger,
    async append(...append) {
      appends += 1;
      if (appends < failing) return ledger.append(...append);
      const { stores, error } = faults[fault];
      if (stores && appends === failing) await ledger.append(...append);
      throw error;
    },
  };
}

/** A process of the service on the log: its caches are its own. */
function processOn(ledger: Ledger): CompleteSignUpHandler {
  // What this command does not ask for is not there.
  const parts: Partial<Parts> = {
    executor: createExecutor({ ledger, clock: systemClock, newId, deadlineMilliseconds: 50 }),
    clock: systemClock,
    settled: async () => undefined,
  };
  return new CompleteSignUpHandler(parts as Parts);
}

async function signUp(ledger: Ledger, userId: string, teamName?: string): Promise<SignedUp> {
  const command = new CompleteSignUpCommand(
    { userId, email: 'ada@example.com', name: 'Ada', ...(teamName !== undefined && { teamName }) },
    { commandId: newId(), correlationId: newId() },
  );
  const result = await processOn(ledger).execute(command);
  if (!result.ok) throw new Error('refusal' in result ? result.refusal.code : 'stale');
  return result.value;
}

async function readAll(ledger: Ledger): Promise<Recorded[]> {
  const { signal } = new AbortController();
  for await (const batch of ledger.follow({ after: start, signal })) {
    if (batch.caughtUp) return [...batch.events];
  }
  return [];
}

const whole: DomainEvent['type'][] = [
  'UserSignedUp',
  'TeamCreated',
  'MemberJoined',
  'ProjectCreated',
  'KeyCreated',
  'UserAssigned',
];
const appends = [1, 2, 3];
const cases = appends.flatMap((append) =>
  (Object.keys(faults) as Fault[]).map((fault) => [append, fault] as const),
);

let ledger: Ledger;
let userId: string;

beforeEach(() => {
  ledger = createLedger(createMemoryEventStore(), createCodec(createMemoryKeyRing()));
  userId = newId();
});

/** Everything is there once, and belongs together. */
async function expectComplete(signedUp: SignedUp): Promise<void> {
  const events = await readAll(ledger);
  expect(events.map(({ event }) => event.type)).toEqual(whole);
  const { teamId, teamName, projectId, freeKeyId } = signedUp;
  expect(events.map(({ event }) => event)).toEqual([
    expect.objectContaining({ userId, teamId, teamName }),
    expect.objectContaining({ teamId, name: teamName }),
    expect.objectContaining({ userId, role: 'OWNER' }),
    expect.objectContaining({ projectId }),
    expect.objectContaining({ keyId: freeKeyId, teamId, projectId, tier: 'free' }),
    expect.objectContaining({ userId }),
  ]);
}

test.each(cases)('append %i fails %s: the next time completes what is missing', async (append, fault) => {
  const first = signUp(breaking(ledger, append, fault), userId, 'Engines');
  await expect(first).rejects.toBe(faults[fault].error);
  const stored = (await readAll(ledger)).map(({ event }) => event.type);
  expect(stored).toEqual(whole.slice(0, stored.length));

  // A sign-in names no team: the first sign-up's name stands, if it got that far.
  const second = await signUp(ledger, userId);
  await expectComplete(second);
  if (stored.length > 0) expect(second.teamName).toBe('Engines');
  const made = !stored.includes('KeyCreated');
  expect(second.freeKeySecret !== undefined).toBe(made);
  if (second.freeKeySecret !== undefined) await expectDigest(second.freeKeySecret);

  const third = await signUp(ledger, userId, 'Other');
  expect(third).toEqual({ ...second, isNew: false, freeKeySecret: undefined });
  await expectComplete(third);
});

/** The secret is the one whose digest is in the log. */
async function expectDigest(secret: string): Promise<void> {
  const events = await readAll(ledger);
  const digests = events.flatMap(({ event }) => (event.type === 'KeyCreated' ? [event.secret.digest] : []));
  expect(digests).toEqual([sha256(secret)]);
}

test('many at once make one of each, and one of them is given the secret', async () => {
  const made = await Promise.all(Array.from({ length: 8 }, () => signUp(ledger, userId, 'Engines')));
  await expectComplete(made[0]!);
  const secrets = made.flatMap(({ freeKeySecret }) => freeKeySecret ?? []);
  expect(secrets).toHaveLength(1);
  await expectDigest(secrets[0]!);
});

test.each([1, 2, 3])('append %i whose answer is lost once is settled in the same call', async (append) => {
  let appends = 0;
  const losing: Ledger = {
    ...ledger,
    async append(...given) {
      const result = await ledger.append(...given);
      appends += 1;
      if (appends === append) throw new OutcomeUnknown('?');
      return result;
    },
  };
  const signedUp = await signUp(losing, userId);
  await expectComplete(signedUp);
  await expectDigest(signedUp.freeKeySecret ?? '');
});
