import { triesPerEmail } from '../../src/identity/sign-in-limit.js';
import { expectProblem } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** How people come in, and how an installation keeps them out. */

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ COMPASS_SUPPORT_CONTACT: 'help@example.com' });
});

afterAll(() => service.stop());

/** A service of other settings, for as long as it is asked. */
async function withSettings(
  settings: Record<string, string>,
  ask: (other: TestService) => Promise<void>,
): Promise<void> {
  const other = await startTestService(settings);
  await ask(other);
  await other.stop();
}

const person = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };

test('after ten wrong passwords one has to wait, with the right one too', async () => {
  const { send, signUp } = service;
  const { email, password } = await signUp();
  const signIn = (guess: string) => send('POST', '/v1/sign-in', { body: { email, password: guess } });
  for (let tries = 0; tries < triesPerEmail; tries++) {
    expectProblem(await signIn('the wrong password'), 401, 'user.wrong_credentials');
  }
  const answer = await signIn(password);
  expectProblem(answer, 429, 'sign_in.too_many');
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(15 * 60);
  expectProblem(
    await send('POST', '/v1/sign-up', { body: { email, password, name: 'Ada' } }),
    429,
    'sign_in.too_many',
  );
  // Others are not in the way.
  await signUp();
});

test('a wrong password and an unknown address are answered alike', async () => {
  const { send, signUp } = service;
  const { email } = await signUp();
  const documents: object[] = [];
  for (const address of [email, 'nobody@example.com', 'no address']) {
    const body = { email: address, password: 'the wrong password' };
    const answer = await send('POST', '/v1/sign-in', { body });
    const { requestId: _id, ...document } = expectProblem(answer, 401, 'user.wrong_credentials');
    documents.push(document);
  }
  expect(documents).toEqual(documents.map(() => documents[0]));
});

test('a closed installation takes nobody', async () => {
  await withSettings({ COMPASS_SIGN_UP: 'closed' }, async ({ send }) => {
    expectProblem(await send('POST', '/v1/sign-up', { body: person }), 403, 'sign_up.closed');
  });
});

test('an installation by invitation takes the first and nobody else', async () => {
  await withSettings({ COMPASS_SIGN_UP: 'invite' }, async ({ send }) => {
    expect((await send('POST', '/v1/sign-up', { body: person })).status).toBe(201);
    const other = { ...person, email: 'charles@example.com' };
    expectProblem(await send('POST', '/v1/sign-up', { body: other }), 403, 'sign_up.invitation_needed');
  });
});

test.each([
  [{ email: 'no address' }, 'user.email_invalid', '/email'],
  [{ email: `${'a'.repeat(243)}@example.com` }, 'user.email_invalid', '/email'],
  [{ password: 'short' }, 'user.password_too_short', '/password'],
  [{ password: 'x'.repeat(129) }, 'user.password_too_long', '/password'],
  [{ name: ' ' }, 'user.name_invalid', '/name'],
  [{ name: 'a\nb' }, 'user.name_invalid', '/name'],
])('a sign-up with %j is refused', async (fields, code, pointer) => {
  const answer = await service.send('POST', '/v1/sign-up', { body: { ...person, ...fields } });
  expect(expectProblem(answer, 400, code).errors?.map((error) => error.pointer)).toEqual([pointer]);
});

test('the cookie is out of reach of scripts and other sites, and on TLS bound to the host', async () => {
  const headers = { origin: 'https://keys.example.com' };
  await withSettings({ COMPASS_PUBLIC_URL: headers.origin }, async ({ send }) => {
    const answer = await send('POST', '/v1/sign-up', { body: person, headers });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^__Host-/);
    expect(cookie.split('; ')).toEqual(
      expect.arrayContaining(['HttpOnly', 'Secure', 'Path=/', 'SameSite=Lax']),
    );
  });
});

test('whom to ask is told to those who are signed in', async () => {
  const { send, signUp } = service;
  const me = await send<{ supportContact: string }>('GET', '/v1/me', { as: await signUp() });
  expect(me.body.supportContact).toBe('help@example.com');
});
