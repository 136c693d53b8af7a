import type { Clock } from '../../src/platform/clock.js';
import { eventually } from '../support/eventually.js';
import { bearer } from '../support/http-client.js';
import { type KeyCalls, keyCalls } from '../support/key-calls.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** The service's time: it goes on as it does everywhere until a test stops it at an instant. */
let stoppedAt: number | undefined;
const clock: Clock = { now: () => new Date(stoppedAt ?? Date.now()) };

let service: TestService;
let owner: Owner;
let gateway: NewKey;
let keys: KeyCalls;

beforeAll(async () => {
  service = await startTestService({}, clock);
  owner = await service.signUp();
  gateway = await service.createKey(owner, { scopes: ['verify'] });
  keys = keyCalls(service, owner);
});

afterEach(() => {
  stoppedAt = undefined;
});

afterAll(() => service.stop());

/** What verification says of secrets, in their order. */
async function codesOf(...secrets: string[]): Promise<string[]> {
  const asked = secrets.map((key) => service.verify(bearer(gateway.secret), { key }));
  return (await Promise.all(asked)).map(({ body }) => body.code);
}

async function rotate(keyId: string, body: object = {}): Promise<NewKey> {
  const answer = await keys.rotate(keyId, body);
  expect([answer.status, answer.text]).toEqual([200, answer.text]);
  return answer.body;
}

describe('rotation', () => {
  it('keeps both secrets good within the grace, and refuses the old one at its very instant', async () => {
    const { key, secret } = await service.createKey(owner);
    // The database's clock goes on meanwhile; within seconds of it writes are taken.
    const begun = Date.now();
    stoppedAt = begun;
    const rotated = await rotate(key.id, { gracePeriodSeconds: 2 });
    expect(rotated.key).toMatchObject({
      rotatedAt: new Date(begun).toISOString(),
      previousSecretValidUntil: new Date(begun + 2_000).toISOString(),
    });
    expect(await codesOf(secret, rotated.secret)).toEqual(['VALID', 'VALID']);
    stoppedAt = begun + 1_999;
    expect(await codesOf(secret, rotated.secret)).toEqual(['VALID', 'VALID']);
    stoppedAt = begun + 2_000;
    expect(await codesOf(secret, rotated.secret)).toEqual(['NOT_FOUND', 'VALID']);
    expect((await keys.read(key.id)).body.key.previousSecretValidUntil).toBeNull();
    expectProblem(await service.send('GET', '/v1/whoami', { as: bearer(secret) }), 401, 'credential.wrong');
  });

  it('keeps the old secret for a day unless it is told otherwise', async () => {
    const { key } = await service.createKey(owner);
    const { rotatedAt, previousSecretValidUntil } = (await rotate(key.id)).key;
    expect(Date.parse(previousSecretValidUntil ?? '') - Date.parse(rotatedAt ?? '')).toBe(86_400_000);
  });

  it('never keeps it past the expiry of the key', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { key } = await service.createKey(owner, { expiresAt });
    expect((await rotate(key.id)).key.previousSecretValidUntil).toBe(expiresAt);
  });

  it('without grace ends the old secret at once, also of the free key', async () => {
    const { key, secret } = owner.freeKey;
    const rotated = await rotate(key.id, { gracePeriodSeconds: 0 });
    expect(await codesOf(secret, rotated.secret)).toEqual(['NOT_FOUND', 'VALID']);
    expect(rotated.key).toMatchObject({ tier: 'free', previousSecretValidUntil: null });
  });

  it('three times in a row leaves two good secrets, one key, and all that it had', async () => {
    const { key, secret } = await service.createKey(owner, { labels: ['kept'], notes: 'kept' });
    const secrets = [secret];
    for (const version of [2, 3, 4]) {
      const rotated = await rotate(key.id);
      expect(rotated.key).toMatchObject({
        id: key.id,
        secretVersion: version,
        maskedSecret: `${rotated.secret.slice(0, 7)}…${rotated.secret.slice(-4)}`,
        labels: ['kept'],
        notes: 'kept',
        scopes: key.scopes,
        createdAt: key.createdAt,
      });
      secrets.push(rotated.secret);
    }
    expect(await codesOf(...secrets)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'VALID', 'VALID']);
  });

  it('keeps the uses of the key', async () => {
    const { key, secret } = await service.createKey(owner);
    expect(await codesOf(secret)).toEqual(['VALID']);
    const usedAt = await eventually(
      'the use is written down',
      async () => (await keys.read(key.id)).body.key.lastUsedAt ?? undefined,
    );
    expect((await rotate(key.id)).key.lastUsedAt).toBe(usedAt);
  });

  it('is open to a disabled key, and to an expired one with a new lifetime only', async () => {
    const disabled = await service.createKey(owner);
    await keys.setStatus(disabled.key.id, 'INACTIVE');
    expect((await rotate(disabled.key.id)).key.status).toBe('INACTIVE');

    stoppedAt = Date.now();
    const expiresAt = new Date(stoppedAt + 1_000).toISOString();
    const { key, secret } = await service.createKey(owner, { expiresAt });
    stoppedAt += 1_000;
    expectProblem(await keys.rotate(key.id), 409, 'key.expired');
    const rotated = await rotate(key.id, { expiresInDays: 1 });
    expect(rotated.key).toMatchObject({
      status: 'ACTIVE',
      expiresAt: new Date(stoppedAt + 86_400_000).toISOString(),
      previousSecretValidUntil: null,
    });
    expect(await codesOf(secret, rotated.secret)).toEqual(['NOT_FOUND', 'VALID']);
  });

  it('by the key itself keeps the grace of a day', async () => {
    const { key, secret } = await service.createKey(owner, { scopes: [] });
    const itself = keyCalls(service, bearer(secret));
    const hasty = await itself.rotate(key.id, { gracePeriodSeconds: 0 });
    expectProblem(hasty, 403, 'key.grace_too_short');
    const { body } = await itself.rotate(key.id);
    expect(await codesOf(secret, body.secret)).toEqual(['VALID', 'VALID']);
  });

  it('by the key itself needs its present secret, so that a leaked one does not take it over', async () => {
    const { key, secret } = await service.createKey(owner);
    const rotated = await rotate(key.id);
    const old = await keyCalls(service, bearer(secret)).rotate(key.id);
    expectProblem(old, 403, 'key.secret_superseded');
    expect(await codesOf(secret, rotated.secret)).toEqual(['VALID', 'VALID']);
  });

  it('by the key itself does not end a grace that others still have; its managers may', async () => {
    const { key, secret } = await service.createKey(owner);
    const next = (await keyCalls(service, bearer(secret)).rotate(key.id)).body;
    const again = await keyCalls(service, bearer(next.secret)).rotate(key.id);
    expectProblem(again, 409, 'key.rotation_under_way');
    expect(await codesOf(secret, next.secret)).toEqual(['VALID', 'VALID']);
    expect((await rotate(key.id, { gracePeriodSeconds: 0 })).key.secretVersion).toBe(3);
  });

  it('by the key itself gives it no longer life', async () => {
    const { key, secret } = await service.createKey(owner, { expiresInDays: 1 });
    const longer = await keyCalls(service, bearer(secret)).rotate(key.id, { expiresInDays: 2 });
    expectProblem(longer, 403, 'right.missing');
    expect((await rotate(key.id, { expiresInDays: 2 })).key.expiresAt).not.toBe(key.expiresAt);
  });

  it('by another key hands on no scope that a key cannot give', async () => {
    const manager = await service.createKey(owner, { role: 'admin', scopes: ['keys'] });
    const asManager = keyCalls(service, bearer(manager.secret));
    const { key } = await service.createKey(owner);
    expect((await asManager.rotate(key.id)).status).toBe(200);
    for (const scope of ['keys', 'verify', 'meter']) {
      const stronger = await service.createKey(owner, { scopes: ['project', scope] });
      expectProblem(await asManager.rotate(stronger.key.id), 403, 'right.missing');
      expectProblem(await asManager.change(stronger.key.id, { allowedIps: [] }), 403, 'right.missing');
    }
  });

  it.each([-1, 2_592_001, 1.5, '60', null])('takes no grace of %j', async (gracePeriodSeconds) => {
    const answer = await keys.rotate(gateway.key.id, { gracePeriodSeconds });
    expectProblem(answer, 400, 'request.invalid');
  });

  it('answers the new secret alone as text', async () => {
    const { key } = await service.createKey(owner);
    const { headers, text } = await keys.rotate(key.id, {}, { headers: { accept: 'text/plain' } });
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(await codesOf(text)).toEqual(['VALID']);
  });
});

describe('a clock that is ten seconds wrong', () => {
  it.each([10_000, -10_000])('by %i ms writes nothing, reads on, and may be set right', async (wrong) => {
    const { key, secret } = await service.createKey(owner);
    stoppedAt = Date.now() + wrong;
    const refused = await eventually('the clock is found wrong', async () => {
      const answer = await keys.change(key.id, {});
      return answer.status === 503 ? answer : undefined;
    });
    expectProblem(refused, 503, 'clock.wrong');
    expect(refused.headers['retry-after']).toBe('1');
    expectProblem(await keys.setStatus(key.id, 'INACTIVE'), 503, 'clock.wrong');
    expect((await keys.read(key.id)).body.key.status).toBe('ACTIVE');
    expect(await codesOf(secret)).toEqual(['VALID']);
    stoppedAt = undefined;
    await eventually('the clock is found right', async () => (await keys.change(key.id, {})).status === 200);
  });
});
