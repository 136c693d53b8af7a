import type { KeyView } from '../../src/application/key/key-view.js';
import type { HistoryEntry } from '../../src/audit/entry.js';
import { eventually } from '../support/eventually.js';
import { type Caller, nobody } from '../support/http-client.js';
import { type MailServer, startMailServer } from '../support/mail-server.js';
import { join, signUpInto } from '../support/members.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem } from '../support/problems.js';
import { secretsIn } from '../support/secrets.js';
import { startTestService, type TestService } from '../support/service.js';

let mail: MailServer;
let service: TestService;
let owner: Owner;

beforeAll(async () => {
  mail = await startMailServer();
  service = await startTestService(mail.settings);
  owner = await service.signUp();
});

afterAll(async () => {
  await service.stop();
  await mail.close();
});

let count = 0;
const newAddress = () => `grace-${++count}@example.com`;

/** What follows the `#` in the only link of a mail. */
function tokenIn(text: string): string {
  const [, token = ''] = /https?:\/\/\S+#(\S+)/.exec(text) ?? [];
  // Nowhere in the database or in what is logged.
  service.secrets.remember('password', token);
  return token;
}

/** Not by the client of the service: the one secret stands in two answers, that of the creator and this one. */
async function claim(token: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${service.url}/v1/claims`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function typesOf(keyId: string): Promise<string[]> {
  const path = `/v1/keys/${keyId}/history`;
  const { body } = await service.send<{ items: HistoryEntry[] }>('GET', path, { as: owner });
  return body.items.map(({ type }) => type);
}

/** A key whose link has arrived. */
async function issue(fields: object = {}): Promise<NewKey & { token: string; address: string }> {
  const address = newAddress();
  const made = await service.createKey(owner, { name: `for ${address}`, notifyEmail: address, ...fields });
  const { text } = await mail.mailTo(address, 'Your new API key');
  return { ...made, address, token: tokenIn(text) };
}

const expectGone = ({ status, body }: Awaited<ReturnType<typeof claim>>) =>
  expect([status, body.code]).toEqual([404, 'claim.not_found']);

describe('whoever is to get a new key', () => {
  it('gets a mail with a link, and never the secret', async () => {
    const { key, secret, address } = await issue({ name: 'chat_key' });
    const arrived = await mail.mailTo(address, 'chat_key');
    expect(arrived.text).toContain(`${service.url}/claim#`);
    expect(arrived.raw).not.toContain(secret);
    expect(key.notifyEmail).toBe(address);
    const types = await eventually('the notice in the history', async () => {
      const seen = await typesOf(key.id);
      return seen.includes('NoticeSent') ? seen : undefined;
    });
    expect(types).toEqual(['KeyCreated', 'UserAssigned', 'NoticeSent']);
  });

  it('sees a page with a button, which uses nothing up', async () => {
    const page = await service.send('GET', '/claim');
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(page.text).toContain('<button');
  });

  it('takes the secret once, and the history says so', async () => {
    const { key, secret, token } = await issue();
    const first = await claim(token);
    expect([first.status, first.body]).toEqual([200, { keyId: key.id, name: key.name, secret }]);
    expectGone(await claim(token));
    expect(await typesOf(key.id)).toContain('SecretClaimed');
    expect((await service.verifyItself(secret)).body.code).toBe('VALID');
  });

  it('is alone in that, however many press at once', async () => {
    const { token } = await issue();
    const answers = await Promise.all(Array.from({ length: 5 }, () => claim(token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404, 404]);
  });

  it.each<[string, (keyId: string) => [string, string, object?]]>([
    ['rotation', (id) => ['POST', `/v1/keys/${id}/rotate`, {}]],
    ['revocation', (id) => ['POST', `/v1/keys/${id}/revoke`, {}]],
    ['deletion', (id) => ['DELETE', `/v1/keys/${id}`]],
  ])('comes too late after the %s of the key', async (_, ending) => {
    const { key, token } = await issue();
    const [method, path, body] = ending(key.id);
    expect((await service.send(method, path, { as: owner, body })).status).toBeLessThan(300);
    expectGone(await claim(token));
  });

  it('cannot guess a link', async () => {
    for (const token of ['nonsense', 'A'.repeat(43), '\u0000']) {
      const answer = await service.send('POST', '/v1/claims', { as: nobody, body: { token } });
      expect([400, 404]).toContain(answer.status);
    }
  });

  it('must have an address', async () => {
    for (const notifyEmail of ['nowhere', 'a@b@c.example', 'x\r\nBcc: all@example.com', '']) {
      const body = { name: 'ci', notifyEmail };
      expectProblem(await service.send('POST', '/v1/keys', { as: owner, body }), 400, 'request.invalid');
    }
  });
});

describe('the address of a key', () => {
  it('can be changed and taken away, for which nobody gets a mail, and only some see it', async () => {
    const { key } = await service.createKey(owner, { notifyEmail: ' Grace@Example.com ' });
    const path = `/v1/keys/${key.id}`;
    const patch = async (notifyEmail: string | null) =>
      (await service.send<{ key: KeyView }>('PATCH', path, { as: owner, body: { notifyEmail } })).body.key;
    expect(key.notifyEmail).toBe('grace@example.com');
    expect((await patch('ada@example.com')).notifyEmail).toBe('ada@example.com');
    expect((await patch(null)).notifyEmail).toBeNull();
    const user = await join(service, owner, 'USER');
    const { key: own } = await service.createKey(user, {
      type: 'personal_token',
      notifyEmail: 'grace@example.com',
    });
    expect(own.notifyEmail).toBeNull();
  });
});

describe('the users of a key', () => {
  it('are told when they are assigned and when they are not any more, if that is wanted', async () => {
    const { key } = await service.createKey(owner, { name: 'shared' });
    const [ada, eve] = [await signedUpInto('ada'), await signedUpInto('eve')];
    const put = async (userIds: string[], notify: boolean) => {
      const body = { userIds, notify };
      const path = `/v1/keys/${key.id}/users`;
      return (await service.send<{ notified: boolean }>('PUT', path, { as: owner, body })).body.notified;
    };
    expect(await put([ada.id, eve.id], true)).toBe(true);
    expect(await put([eve.id], true)).toBe(true);
    expect(await put([], false)).toBe(false);
    expect((await mail.mailTo(ada.email, 'You can use the API key shared')).to).toEqual([ada.email]);
    expect((await mail.mailTo(ada.email, 'You can no longer use')).text).toContain('shared');
    await mail.mailTo(eve.email, 'You can use the API key shared');
    await eventually('all notices', async () =>
      (await typesOf(key.id)).filter((type) => type === 'NoticeSent').length === 4 ? true : undefined,
    );
    const toEve = mail.mails.filter(({ to }) => to.includes(eve.email)).map(({ subject }) => subject);
    expect(toEve.filter((subject) => subject.includes('shared'))).toEqual(['You can use the API key shared']);
  });

  it('are told of a new secret that one of them with the role USER made, and of none that a manager did', async () => {
    const [ada, eve] = [
      await signUpInto(service, owner, 'USER', mail),
      await signUpInto(service, owner, 'USER', mail),
    ];
    const { key } = await service.createKey(owner, { name: 'turning', userIds: [ada.userId, eve.userId] });
    const rotate = (as: Caller) => service.send<NewKey>('POST', `/v1/keys/${key.id}/rotate`, { as });
    expect((await rotate(owner)).status).toBe(200);
    const turned = await service.createKey(owner, { name: 'turned', userIds: [ada.userId, eve.userId] });
    const rotated = await service.send<NewKey>('POST', `/v1/keys/${turned.key.id}/rotate`, { as: ada });
    const arrived = await mail.mailTo(eve.email, 'The API key turned has a new secret');
    expect(arrived.to.toSorted()).toEqual([eve.email, owner.email].toSorted());
    expect(arrived.text).toContain(`good until ${rotated.body.key.previousSecretValidUntil}`);
    await eventually('the notice', async () =>
      (await typesOf(turned.key.id)).includes('NoticeSent') ? true : undefined,
    );
    expect(mail.mails.filter(({ subject }) => subject.includes('turning'))).toEqual([]);
  });

  async function signedUpInto(name: string): Promise<{ id: string; email: string }> {
    const email = `${name}-${++count}@example.com`;
    await invite(email);
    const { text } = await mail.mailTo(email, 'Join');
    const body = { email, password: `password-${email}`, name, invitation: tokenIn(text) };
    const answer = await service.send<{ user: { id: string } }>('POST', '/v1/sign-up', { body });
    expect(answer.status).toBe(201);
    return { id: answer.body.user.id, email };
  }
});

async function invite(email: string) {
  const body = { email, role: 'USER' };
  return service.send<{ invitation: object }>('POST', '/v1/invitations', { as: owner, body });
}

describe('whoever is invited', () => {
  it('gets the link by mail, and nobody else does', async () => {
    const email = newAddress();
    const answer = await invite(email);
    expect(answer.status).toBe(201);
    expect(answer.body.invitation).not.toHaveProperty('url');
    const { text, to } = await mail.mailTo(email, `Join ${owner.team.name}`);
    expect(to).toEqual([email]);
    expect(text).toContain(`${service.url}/join#`);
    tokenIn(text);
  });
});

describe('a mail server', () => {
  afterEach(() => mail.behave('take'));

  it('that takes nothing for now is asked again, with the same mail', async () => {
    mail.behave('refuse for now');
    const reads = mail.readsCount();
    const address = newAddress();
    const { key } = await service.createKey(owner, { notifyEmail: address });
    await eventually('a try', () => mail.readsCount() > reads || undefined);
    expect(await typesOf(key.id)).not.toContain('NoticeSent');
    mail.behave('take');
    tokenIn((await mail.mailTo(address, 'Your new API key')).text);
  });

  it('that knows no such address keeps nobody else from their mail', async () => {
    await service.createKey(owner, { notifyEmail: 'nobody@example.com' });
    const { token } = await issue();
    expect((await claim(token)).status).toBe(200);
  });
});

test('no mail holds a secret, and each has an id of its own', () => {
  expect(mail.mails.length).toBeGreaterThan(10);
  for (const { raw, text } of mail.mails) expect([...secretsIn(raw), ...secretsIn(text)]).toEqual([]);
  const ids = mail.mails.map(({ messageId }) => messageId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^<[0-9a-f-]{36}@compass\.example>$/);
});
