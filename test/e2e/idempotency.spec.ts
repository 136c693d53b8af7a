import pg from 'pg';
import { newId } from '../../src/platform/ids.js';
import { eventually } from '../support/eventually.js';
import {
  type Answer,
  bearer,
  type Caller,
  createHttpClient,
  type HttpClient,
} from '../support/http-client.js';
import type { NewToken } from '../support/key-calls.js';
import { join } from '../support/members.js';
import { appendToTeam } from '../support/past.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

let service: TestService;
let owner: Owner;
/** Its answers are not hunted through: here a secret comes twice, on purpose. */
let again: HttpClient;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  again = createHttpClient(service.url);
});

afterAll(async () => {
  again.close();
  await service.stop();
});

let count = 0;
const newKey = () => `test ${++count}`;

function create(key: string, body: object = { name: 'ci' }, as: Caller = owner, more = {}) {
  const headers = { 'idempotency-key': key, ...more };
  return again.send<NewKey>('POST', '/v1/keys', { as, body, headers });
}

async function namesOf(as: Caller = owner): Promise<string[]> {
  const { body } = await service.send<{ items: { name: string }[] }>('GET', '/v1/keys', { as });
  return body.items.map(({ name }) => name);
}

async function inDatabase(sql: string, values: string[] = []): Promise<void> {
  const client = new pg.Client({ connectionString: service.databaseUrl });
  await client.connect();
  await client.query(sql, values);
  await client.end();
}

const letPass = (interval: string) =>
  inDatabase('update replies.entries set begun_at = begun_at - $1::interval', [interval]);

/** As if the process had died, or lost the database, before it could keep an answer. */
const loseAnswers = () => inDatabase('update replies.entries set answer = null, secret = null');

/** What an answer tells, but for its request. */
function told({ status, headers, body }: Answer<unknown>) {
  const { etag, location, 'compass-position': position } = headers;
  return { status, etag, location, position, body };
}

describe('a repeat with the same Idempotency-Key', () => {
  it('is answered as the first time, and done once', async () => {
    const key = newKey();
    const first = await create(key, { name: 'once' });
    expect(told(first)).toMatchObject({
      status: 201,
      etag: expect.any(String),
      location: expect.any(String),
    });
    expect(told(await create(key, { name: 'once' }))).toEqual(told(first));
    expect((await namesOf()).filter((name) => name === 'once')).toHaveLength(1);
  });

  it('with another body is refused', async () => {
    const key = newKey();
    await create(key);
    expectProblem(await create(key, { name: 'other' }), 422, 'idempotency.different_request');
    expect(await namesOf()).not.toContain('other');
  });

  it('is another one at another address', async () => {
    const key = newKey();
    const { body } = await create(key);
    const headers = { 'idempotency-key': key };
    const revoked = await service.revoke(owner, body.key.id, { body: {}, headers });
    expect([revoked.status, revoked.body.key.status]).toEqual([200, 'REVOKED']);
  });

  it('shows the secret of a token again, until the token has another or has ended', async () => {
    const headers = { 'idempotency-key': newKey() };
    const path = `/v1/keys/${(await service.createKey(owner)).key.id}/tokens`;
    const issue = () => again.send<NewToken>('POST', path, { as: owner, headers });
    const first = await issue();
    expect(told(await issue())).toEqual(told(first));
    expect(first.body.secret).toMatch(/^ckt_/);
    const own = `${path}/${first.body.token.id}`;
    await service.send('POST', `${own}/rotate`, { as: owner });
    expect((await issue()).body).toEqual({ ...first.body, secret: null });
    await service.send('DELETE', own, { as: owner });
    expect((await issue()).body).toEqual({ ...first.body, secret: null });
  });

  it('at the same time is done once, and the others wait or get the same', async () => {
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(key, { name: 'at once' })));
    const done = answers.filter(({ status }) => status === 201);
    expect(done.length).toBeGreaterThan(0);
    expect(new Set(done.map(({ body }) => body.key.id)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expectProblem(answer, 409, 'idempotency.in_progress');
      expect(answer.headers['retry-after']).toBe('1');
    }
    expect((await namesOf()).filter((name) => name === 'at once')).toHaveLength(1);
  });

  it('after a refusal is tried anew', async () => {
    const key = newKey();
    expectProblem(await create(key, { name: '' }), 400, 'key.name_invalid');
    expectProblem(await create(key, { colour: 'red' }), 400, 'request.invalid');
    expect((await create(key, { name: 'right at last' })).status).toBe(201);
  });

  it('is not done again when nobody knows what became of the first', async () => {
    const key = newKey();
    await create(key, { name: 'perhaps' });
    await loseAnswers();
    expectProblem(await create(key, { name: 'perhaps' }), 409, 'idempotency.in_progress');
    await letPass('60 seconds');
    for (let tries = 0; tries < 3; tries++) {
      const answer = await create(key, { name: 'perhaps' });
      expectProblem(answer, 409, 'idempotency.outcome_unknown');
      expect(answer.headers['retry-after']).toBeUndefined();
    }
    expectProblem(await create(key, { name: 'else' }), 422, 'idempotency.different_request');
    expect((await namesOf()).filter((name) => name === 'perhaps')).toHaveLength(1);
  });

  it('is not done again when the first was written and then could not be shown', async () => {
    const key = newKey();
    await inDatabase('alter view read.last_used_secrets rename to away');
    const first = await create(key, { name: 'unseen' });
    await inDatabase('alter view read.away rename to last_used_secrets');
    expect([first.status, first.headers['compass-position']]).toEqual([500, expect.stringMatching(/./)]);
    expectProblem(await create(key, { name: 'unseen' }), 409, 'idempotency.outcome_unknown');
    expect((await namesOf()).filter((name) => name === 'unseen')).toHaveLength(1);
  });

  it('does not tell of a key that the caller sees no longer', async () => {
    const key = newKey();
    const first = await create(key);
    await service.send('DELETE', `/v1/keys/${first.body.key.id}`, { as: owner });
    expectProblem(await create(key), 404, 'key.not_found');
  });

  it('is judged anew once the caller has lost rights', async () => {
    const admin = await join(service, owner, 'ADMIN');
    const key = newKey();
    const body = { name: 'ci', notes: 'for admins only' };
    const first = await create(key, body, admin);
    expect(first.body.key).toMatchObject({ notes: body.notes });
    const me = await service.send<{ user: { id: string } }>('GET', '/v1/me', { as: admin });
    await appendToTeam(service.config, owner.team.id, {
      type: 'MemberJoined',
      membershipId: newId(),
      userId: me.body.user.id,
      role: 'USER',
      joinedAt: new Date().toISOString(),
    });
    await eventually('demotion', async () => {
      const { status } = await service.send('POST', '/v1/keys', { as: admin, body: {} });
      return status === 403 || undefined;
    });
    const repeated = await create(key, body, admin);
    expectProblem(repeated, 403, 'right.missing');
    expect(repeated.text).not.toContain(body.notes);
  });

  it('belongs to its caller: that of another is another one', async () => {
    const key = newKey();
    const stranger = await service.signUp();
    const manager = await service.createKey(owner, { scopes: ['keys', 'project'], role: 'admin' });
    const first = await create(key);
    const others = [
      await create(key, { name: 'ci' }, stranger),
      await create(key, {}, bearer(manager.secret)),
    ];
    for (const { status, body } of others) {
      expect(status).toBe(201);
      expect(body.key.id).not.toBe(first.body.key.id);
    }
  });
});

describe('the secret in a repeated answer', () => {
  async function expectNoSecret(key: string, first: Answer<NewKey>, as: Caller = owner): Promise<void> {
    const repeated = await create(key, { name: 'ci' }, as);
    expect(told(repeated)).toEqual({ ...told(first), body: { ...first.body, secret: null } });
  }

  it('is for the same session only', async () => {
    const key = newKey();
    const first = await create(key);
    const { email, password } = owner;
    const signedIn = await service.send('POST', '/v1/sign-in', { body: { email, password } });
    await expectNoSecret(key, first, service.sessionOf(signedIn));
  });

  it('is gone after ten minutes', async () => {
    const key = newKey();
    const first = await create(key);
    await letPass('10 minutes');
    await expectNoSecret(key, first);
  });

  it('is gone once the key is revoked', async () => {
    const key = newKey();
    const first = await create(key);
    await service.revoke(owner, first.body.key.id);
    await expectNoSecret(key, first);
  });

  it('is gone once the key has a newer one', async () => {
    const key = newKey();
    const first = await create(key);
    await service.send('POST', `/v1/keys/${first.body.key.id}/rotate`, { as: owner, body: {} });
    await expectNoSecret(key, first);
  });

  it('of a rotation comes again too, and the key is rotated once', async () => {
    const { key } = await service.createKey(owner);
    const headers = { 'idempotency-key': newKey() };
    const rotate = () =>
      again.send<NewKey>('POST', `/v1/keys/${key.id}/rotate`, { as: owner, body: {}, headers });
    const first = await rotate();
    expect([first.status, first.body.key.secretVersion]).toEqual([200, 2]);
    expect(told(await rotate())).toEqual(told(first));
  });

  it('comes as text to who asks for text, while there is one', async () => {
    const key = newKey();
    const text = { accept: 'text/plain' };
    const first = await create(key, {}, owner, text);
    const repeated = await create(key, {}, owner, text);
    expect([repeated.status, repeated.text]).toEqual([201, first.text]);
    await letPass('10 minutes');
    expect((await create(key, {}, owner, text)).body.secret).toBeNull();
  });
});

describe('the form of an Idempotency-Key', () => {
  it.each(['', 'a'.repeat(256), 'é'])('%j is refused', async (key) => {
    const problem = expectProblem(await create(key), 400, 'request.invalid');
    expect(pointersOf(problem)).toEqual(['/Idempotency-Key']);
  });

  it('may be 255 characters of any printable ASCII', async () => {
    expect((await create(`"~ !${'x'.repeat(251)}`)).status).toBe(201);
  });

  it('means nothing where nobody is known', async () => {
    const headers = { 'idempotency-key': newKey() };
    expectProblem(await service.send('POST', '/v1/keys', { body: {}, headers }), 401, 'credential.missing');
    const body = { email: 'nobody@example.com', password: 'long enough it is' };
    expectProblem(
      await service.send('POST', '/v1/sign-in', { body, headers }),
      401,
      'user.wrong_credentials',
    );
  });
});
