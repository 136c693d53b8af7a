import { keysModel } from '../../../projections/keys/table.js';
import { noticesModel } from '../../../projections/notices/table.js';
import type { Runner } from '../../../projections/runner/runner.js';
import { teamModel } from '../../../projections/team/table.js';
import { secretRecordOf } from '../../../test/support/key-events.js';
import { partsOf } from '../../../test/support/parts.js';
import { keyCreated, metadata } from '../../../test/support/projection-events.js';
import { type House, openHouse, settle } from '../../../test/support/projection-house.js';
import type { DomainEvent } from '../../domain/recorded.js';
import { defaultPolicy } from '../../domain/team/policy.js';
import { newId } from '../../platform/ids.js';
import { migrate } from '../../platform/migrate.js';
import { createSettledMails, migrations } from '../../platform/settled-mails.js';
import type { Mail } from './mailer.js';
import { createNotices, type Notices } from './notices.js';

const day = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();

let house: House;
let runner: Runner;
let now = day(0);
let sent: Mail[] = [];
let answer: () => Promise<boolean> = () => Promise.resolve(true);

beforeEach(async () => {
  house = await openHouse();
  await migrate(house.pool, { schema: 'mails', migrations });
  runner = house.runner({ models: [keysModel, noticesModel, teamModel] });
  await runner.start();
  now = day(0);
  sent = [];
  answer = () => Promise.resolve(true);
  await append('user-ada', {
    type: 'UserSignedUp',
    userId: 'ada',
    email: 'ada@example.com',
    name: 'Ada',
    teamId: 'team-1',
    teamName: 'Engines',
    signedUpAt: now,
  });
  await append('team-team-1', { type: 'TeamCreated', teamId: 'team-1', name: 'Engines', createdAt: now });
  const joined = { membershipId: 'm1', userId: 'ada', role: 'OWNER', joinedAt: now } as const;
  await append('team-team-1', { type: 'MemberJoined', ...joined });
});
afterEach(() => house.close());

/** At the end of a stream into which the process may have written. */
async function append(stream: string, event: DomainEvent): Promise<void> {
  let revision = 0;
  for await (const recorded of house.ledger.readStream(stream)) revision = recorded.revision;
  const about = metadata({ recordedAt: now });
  const result = await house.ledger.append(stream, revision, [{ id: newId(), event, metadata: about }]);
  expect(result.ok).toBe(true);
}

/** As of one more process: nothing is shared but the log and the database. */
function notices(): Notices {
  const clock = { now: () => new Date(now) };
  const caughtUp = () => settle(house, runner);
  const parts = partsOf(house, { clock, settled: caughtUp, keysListed: caughtUp, sendsMail: true });
  const mailer = {
    send: (mail: Mail) => {
      sent.push(mail);
      return answer();
    },
  };
  const settled = createSettledMails(house.db);
  return createNotices({
    parts,
    mailer,
    settled,
    baseUrl: 'https://keys.example.com',
    warn: () => undefined,
  });
}

async function round(process: Notices, at: string): Promise<string[]> {
  now = at;
  sent = [];
  await settle(house, runner);
  await process.send();
  return sent.map(({ subject }) => subject);
}

const told = (days: number) => [
  `The API key CI Pipeline expires ${days === 1 ? 'within a day' : `in ${days} days or less`}`,
];

describe('what is about to expire', () => {
  it('is told 30, 7 and 1 days before, at the instant and not before, once each', async () => {
    await append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', expiresAt: day(100) }));
    const process = notices();
    for (const days of [30, 7, 1]) {
      const before = new Date(Date.parse(day(100 - days)) - 1).toISOString();
      expect(await round(process, before)).toEqual([]);
      expect(await round(process, day(100 - days))).toEqual(told(days));
      expect(sent[0]?.to).toEqual(['ada@example.com']);
      expect(await round(notices(), day(100 - days))).toEqual([]);
    }
    expect(await round(process, day(100))).toEqual([]);
    const events = (await house.events()).map(({ event }) => event);
    const recorded = events.flatMap((event) => (event.type === 'NoticeSent' ? [event.days] : []));
    expect(recorded).toEqual([30, 7, 1]);
  });

  it('is told once, as it is, when nobody could be told for weeks', async () => {
    await append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', expiresAt: day(100) }));
    const process = notices();
    expect(await round(process, day(95))).toEqual(told(7));
    expect(await round(process, day(96))).toEqual([]);
    expect(await round(process, day(99))).toEqual(told(1));
  });

  it('is not told of at once where a key was made for a few days', async () => {
    await append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', expiresAt: day(5) }));
    const process = notices();
    expect(await round(process, day(1))).toEqual([]);
    expect(await round(process, day(4))).toEqual(told(1));
  });

  it('is told anew of a new end, and not of what was revoked or has no end any more', async () => {
    for (const keyId of ['k1', 'k2', 'k3']) {
      await append(`key-${keyId}`, keyCreated({ keyId, name: 'CI Pipeline', expiresAt: day(40) }));
    }
    await append('key-k2', { type: 'KeyRevoked', reason: 'superseded', revokedAt: now });
    await append('key-k3', { type: 'ExpiryChanged', expiresAt: null, changedAt: now });
    const process = notices();
    expect(await round(process, day(10))).toEqual(told(30));
    now = day(11);
    await append('key-k1', { type: 'ExpiryChanged', expiresAt: day(80), changedAt: now });
    expect(await round(process, day(39))).toEqual([]);
    expect(await round(process, day(50))).toEqual(told(30));
  });

  it('goes to the users of the key who are in the team, and to owners where there are none', async () => {
    await append('user-bob', {
      type: 'UserSignedUp',
      userId: 'bob',
      email: 'bob@example.com',
      name: 'Bob',
      teamId: 'team-1',
      teamName: 'Engines',
      signedUpAt: now,
    });
    const joined = { membershipId: 'm2', userId: 'bob', role: 'USER', joinedAt: now } as const;
    await append('team-team-1', { type: 'MemberJoined', ...joined });
    await append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', expiresAt: day(60) }));
    await append('key-k1', { type: 'UserAssigned', userId: 'bob', assignedAt: now });
    const process = notices();
    await round(process, day(30));
    expect(sent[0]?.to).toEqual(['bob@example.com']);
    await append('team-team-1', { type: 'MemberRemoved', membershipId: 'm2', userId: 'bob', removedAt: now });
    await round(process, day(53));
    expect(sent[0]?.to).toEqual(['ada@example.com']);
  });
});

describe('a key that its team wants to have a new secret', () => {
  const rule = (rotateEveryDays: number | null) =>
    append('team-team-1', { type: 'TeamPolicyChanged', ...defaultPolicy, rotateEveryDays, changedAt: now });
  const rotate = (secretId: string) =>
    append('key-k1', {
      type: 'KeyRotated',
      secret: secretRecordOf(secretId),
      previousSecretId: 'secret-1',
      previousValidUntil: now,
      rotatedAt: now,
    });
  const due = ['The API key CI Pipeline is due for a new secret'];

  beforeEach(() => append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', createdAt: day(0) })));

  it('is told of when its secret is so old, not before, and once', async () => {
    await rule(90);
    expect(await round(notices(), new Date(Date.parse(day(90)) - 1).toISOString())).toEqual([]);
    const process = notices();
    expect(await round(process, day(90))).toEqual(due);
    expect(sent[0]).toMatchObject({ to: ['ada@example.com'], id: 'k1.1' });
    expect(sent[0]?.text).toContain('for 90 days');
    expect(await round(process, day(91))).toEqual([]);
    expect(await round(notices(), day(300))).toEqual([]);
    const recorded = (await house.events()).map(({ event }) => event).at(-1);
    expect(recorded).toMatchObject({
      type: 'NoticeSent',
      notice: 'rotation_due',
      causeId: expect.any(String),
    });
  });

  it('is told of anew when it has had the next one for so long', async () => {
    await rule(90);
    const process = notices();
    await round(process, day(90));
    await rotate('secret-2');
    expect(await round(process, day(179))).toEqual([]);
    expect(await round(process, day(180))).toEqual(due);
    expect(sent[0]?.id).toBe('k1.2');
  });

  it('is not told of where the team has no such rule any more, nor once it is revoked', async () => {
    await rule(90);
    await rule(null);
    expect(await round(notices(), day(90))).toEqual([]);
    await rule(90);
    await append('key-k1', { type: 'KeyRevoked', reason: 'superseded', revokedAt: now });
    expect(await round(notices(), day(92))).toEqual([]);
  });
});

describe('a mail that could not be sent', () => {
  beforeEach(async () => {
    await append('key-k1', keyCreated({ keyId: 'k1', name: 'CI Pipeline', expiresAt: day(60) }));
  });

  it('is sent again after a while, with the same id', async () => {
    const process = notices();
    answer = () => Promise.reject(new Error('Later'));
    expect(await round(process, day(30))).toEqual(told(30));
    const [first] = sent;
    expect(await round(process, now)).toEqual([]);
    answer = () => Promise.resolve(true);
    expect(await round(process, new Date(Date.parse(now) + 5_000).toISOString())).toEqual(told(30));
    expect(sent[0]).toEqual(first);
  });

  it('is not sent again when it is refused for good, and nothing says that it was', async () => {
    answer = () => Promise.resolve(false);
    expect(await round(notices(), day(30))).toEqual(told(30));
    expect(await round(notices(), day(31))).toEqual([]);
    expect((await house.events()).map(({ event }) => event.type)).not.toContain('NoticeSent');
  });
});
