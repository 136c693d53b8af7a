import { randomBytes } from 'node:crypto';
import { formatSecret } from '../../src/domain/access/secret.js';
import { eventually } from '../support/eventually.js';
import { bearer, createHttpClient } from '../support/http-client.js';
import { hunt, readTables } from '../support/hunt.js';
import { createSecrets } from '../support/secrets.js';
import { startTestService, type TestService } from '../support/service.js';

/** Every service of the tests is hunted through when it stops; this one is given more to hide. */

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

/** Waits until what was used is in the log and in the read models. */
async function flushed(as: Parameters<TestService['send']>[2], keyId: string): Promise<void> {
  await eventually('uses written down', async () => {
    const { body } = await service.send<{ key: { lastUsedAt: string | null } }>(
      'GET',
      `/v1/keys/${keyId}`,
      as,
    );
    return body.key.lastUsedAt ?? undefined;
  });
}

test('the hunt finds what is there', async () => {
  const { secret } = await service.createKey(await service.signUp());
  const secrets = createSecrets();
  secrets.remember('password', 'a password in the output');
  const output = `said ${secret} and a password in the output`;
  const finds = await hunt({ config: service.config, secrets, output, answers: [secret, secret] });
  expect(finds).toHaveLength(3);
  const masked = createSecrets();
  masked.remember('password', `${secret.slice(0, 7)}…${secret.slice(-4)}`);
  const inTables = await hunt({ config: service.config, secrets: masked, output: '', answers: [] });
  expect(inTables).toEqual([
    expect.stringMatching(/ in log\.events$/),
    expect.stringMatching(/ in read\.keys_v/),
  ]);
});

test('a run over everything leaves no personal field of the log in clear text', async () => {
  const mark = randomBytes(6).toString('hex');
  const personal = {
    name: `Ada of ${mark}`,
    requestor: `Charles of ${mark}`,
    notes: `Ask the one of ${mark} twice.`,
    userAgent: `browser of ${mark}`,
    email: `ada.${mark}@example.com`,
  };
  for (const text of Object.values(personal)) service.secrets.remember('personal', text);
  const { email, name, requestor, notes, userAgent } = personal;
  const owner = await service.signUp({ email, name });
  const as = { headers: { ...owner.headers, 'user-agent': userAgent, 'x-forwarded-for': '203.0.113.77' } };
  const { key, secret } = await service.createKey(as, {
    requestor,
    notes,
    scopes: ['keys', 'verify'],
    role: 'admin',
  });
  await service.verify(as, { key: secret, permission: 'runs:read' });
  await service.verifyItself(secret);
  await service.send('GET', '/v1/whoami', { as: bearer(secret) });
  await service.send('GET', `/v1/keys/${key.id}/history`, { as });
  await service.send('GET', '/v1/audit/events', { as });
  await flushed({ as }, key.id);
  await service.revoke(as, key.id, { body: { comment: 'No more.' } });
  await service.send('POST', '/v1/sign-out', { as });
  await service.send('POST', '/v1/sign-in', { body: { email, password: owner.password } });
  await service.send('POST', '/v1/sign-in', { body: { email, password: `${owner.password}?` } });
  const log = (await readTables(service.config)).get('log.events') ?? '';
  expect(log).toContain(key.id);
  for (const text of [...Object.values(personal), '127.0.0.1', '203.0.113.77'])
    expect(log).not.toContain(text);
  // Sealed, not thrown away.
  expect((await service.send('GET', `/v1/keys/${key.id}`, { as })).status).toBe(401);
});

test('what is personal can be read again by who may', async () => {
  const owner = await service.signUp();
  const { key } = await service.createKey(owner, { requestor: 'Charles Babbage', notes: 'In the shed.' });
  const { body } = await service.send('GET', `/v1/keys/${key.id}`, { as: owner });
  expect(body).toMatchObject({ key: { requestor: 'Charles Babbage', notes: 'In the shed.' } });
});

test('a secret sent by mistake where none belongs is kept nowhere', async () => {
  const owner = await service.signUp();
  const { key } = await service.createKey(owner);
  // Not through the client that keeps answers: naming the unknown field gives the caller its own secret back.
  const client = createHttpClient(service.url);
  const stray = () => {
    const secret = formatSecret('cks', randomBytes(32));
    service.secrets.remember('secret', secret);
    return secret;
  };
  const send = async (method: string, path: string, headers: Record<string, string>, body?: unknown) => {
    const { status } = await client.send(method, path, { headers: { ...owner.headers, ...headers }, body });
    expect(status).toBeLessThan(500);
  };
  for (const header of ['x-request-id', 'user-agent', 'traceparent', 'referer', 'compass-team', 'accept']) {
    await send('POST', '/v1/keys', { [header]: stray() }, {});
    await send('POST', '/v1/verify', { [header]: stray() }, { key: 'x' });
    await send('GET', `/v1/keys/${stray()}`, { [header]: stray() });
  }
  await send('POST', '/v1/keys', { 'user-agent': `${'a'.repeat(230)} ${stray()}` }, {});
  for (const path of [`/${stray()}`, `/v1/keys/${stray()}/history`, `/v1/keys?cursor=${stray()}`]) {
    await send('GET', path, {});
    await send('GET', `${path}${path.includes('?') ? '&' : '?'}${stray()}=${stray()}`, {});
  }
  const fields = ['name', 'description', 'department', 'environment', 'requestor', 'appId', 'notes'];
  for (const field of [...fields, 'businessJustification', 'projectId', 'role', 'expiresAt', stray()]) {
    await send('POST', '/v1/keys', {}, { [field]: stray() });
  }
  await send('POST', '/v1/keys', {}, { scopes: [stray()] });
  await send('POST', `/v1/keys/${key.id}/revoke`, {}, { comment: stray() });
  await send('POST', `/v1/keys/${key.id}/revoke`, {}, { reason: stray() });
  const { secret } = await service.createKey(owner);
  await send('POST', '/v1/verify', {}, { key: secret, permission: stray() });
  await send(
    'POST',
    '/v1/verify',
    {},
    { key: secret, permissions: [stray(), 'runs:read'], project: stray() },
  );
  await send('POST', '/v1/verify', {}, { key: secret, scope: stray(), [stray()]: 1 });
  await send(
    'POST',
    '/v1/verify/batch',
    {},
    { requests: [{ key: secret, permission: stray() }, { key: stray() }] },
  );
  const person = { email: 'a@example.com', password: stray(), name: 'Ada' };
  await send('POST', '/v1/sign-in', {}, person);
  await send('POST', '/v1/sign-in', {}, { email: stray(), password: 'long enough it is' });
  await send('POST', '/v1/sign-up', {}, { ...person, password: 'long enough it is', name: stray() });
  await send('POST', '/v1/sign-up', {}, { ...person, password: 'long enough it is', teamName: stray() });
  await send(
    'POST',
    '/v1/sign-up',
    {},
    { ...person, password: 'long enough', email: `${stray()}@example.com` },
  );
  await send(
    'POST',
    '/v1/sign-up',
    {},
    { ...person, password: 'long enough it is', email: `${stray()}@a.com` },
  );
  await send('GET', '/v1/keys', { authorization: `Basic ${stray()}` });
  await send('GET', '/v1/keys', { cookie: `compass_session=${stray()}` });
  // Uses are written down a moment later: one of another key tells that those before are, too.
  const last = await service.createKey(owner);
  await service.verifyItself(last.secret);
  await flushed({ as: owner }, last.key.id);
  client.close();
});
