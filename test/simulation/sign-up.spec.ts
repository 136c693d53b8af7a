import { teamDecider } from '../../src/application/deciders.js';
import { createExecutor } from '../../src/application/execute.js';
import type { Parts } from '../../src/application/parts.js';
import {
  CompleteSignUpCommand,
  CompleteSignUpHandler,
  type SignedUp,
  type SignUpRequest,
} from '../../src/application/user/complete-sign-up.js';
import type { DomainEvent, Recorded } from '../../src/domain/recorded.js';
import type { TeamCommand } from '../../src/domain/team/commands.js';
import { teamStream } from '../../src/domain/team/events.js';
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

interface BreakingLedger extends Ledger {
  readonly isBroken: true;
}

function breaking(ledger: Ledger, failing: number, fault: Fault): BreakingLedger {
  let appends = 0;
  return {
    ...ledger,
    isBroken: true,
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
function processOn(ledger: Ledger, isBroken: boolean): CompleteSignUpHandler {
  // What breaks for good is given up soon; what works has all the time that a busy machine may take.
  const deadlineMilliseconds = isBroken ? 50 : 30_000;
  // What this command does not ask for is not there.
  const parts: Partial<Parts> = {
    executor: createExecutor({ ledger, clock: systemClock, newId, deadlineMilliseconds }),
    clock: systemClock,
    settled: async () => undefined,
  };
  return new CompleteSignUpHandler(parts as Parts);
}

function signUp(ledger: Ledger, userId: string, teamName?: string): Promise<SignedUp> {
  return complete(ledger, { userId, ...ada, ...(teamName !== undefined && { teamName }) });
}

const ada = { email: 'ada@example.com', name: 'Ada' } as const;

/** @throws Error with the code of a refusal */
async function complete(ledger: Ledger, request: SignUpRequest): Promise<SignedUp> {
  const command = new CompleteSignUpCommand(request, { commandId: newId(), correlationId: newId() });
  const result = await processOn(ledger, 'isBroken' in ledger).execute(command);
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

describe('with an invitation', () => {
  const membershipId = newId();
  const graceId = newId();
  let team: SignedUp;

  /** Somebody else's team, in which Ada's invitation waits. */
  beforeEach(async () => {
    team = await complete(ledger, { userId: graceId, email: 'grace@example.com', name: 'Grace' });
    await inTeam({
      type: 'InviteMember',
      membershipId,
      email: ada.email,
      role: 'USER',
      tokenDigest: sha256('token'),
      expiresAt: '2999-01-01T00:00:00.000Z',
      by: graceId,
      at: new Date().toISOString(),
    });
  });

  async function inTeam(command: TeamCommand): Promise<void> {
    const executor = createExecutor({ ledger, clock: systemClock, newId });
    const { teamId } = team;
    const actor = { type: 'process', id: 'test' } as const;
    const context = { actor, teamId, commandId: newId(), correlationId: newId() };
    const stream = teamStream(teamId);
    const outcome = await executor.execute({ decider: teamDecider, stream, context, command });
    expect(outcome.ok).toBe(true);
  }

  const typesOfAda = async () => {
    const events = (await readAll(ledger)).map(({ event }) => event);
    return events.flatMap((event) => ('userId' in event && event.userId === userId ? [event.type] : []));
  };
  const invited = () => {
    const { teamId, teamName } = team;
    return { userId, ...ada, invitation: { teamId, teamName, membershipId } };
  };
  const joined = ['UserSignedUp', 'MemberJoined'];

  test.each(cases.filter(([append]) => append < 3))(
    'append %i fails %s: the next sign-in completes what is missing',
    async (append, fault) => {
      await expect(complete(breaking(ledger, append, fault), invited())).rejects.toBe(faults[fault].error);
      const stored = await typesOfAda();
      expect(stored).toEqual(joined.slice(0, stored.length));
      // Without a word in the log about the user, only a repeated sign-up knows of the invitation.
      const again = stored.length === 0 ? invited() : { userId, ...ada };
      const second = await complete(ledger, again);
      expect(second).toMatchObject({ teamId: team.teamId, isNew: stored.length < 2, freeKeyId: undefined });
      expect(await typesOfAda()).toEqual(joined);
      expect(await complete(ledger, invited())).toMatchObject({ teamId: team.teamId, isNew: false });
      expect(await typesOfAda()).toEqual(joined);
    },
  );

  test('that is withdrawn between the two: a sign-up is told, a sign-in goes on without', async () => {
    await expect(complete(breaking(ledger, 2, 'before it is sent'), invited())).rejects.toThrow('away');
    await inTeam({ type: 'WithdrawInvitation', membershipId, by: graceId, at: new Date().toISOString() });
    await expect(complete(ledger, invited())).rejects.toThrow('invitation.not_found');
    expect(await complete(ledger, { userId, ...ada })).toMatchObject({ isNew: false });
    expect(await typesOfAda()).toEqual(['UserSignedUp']);
  });
});
