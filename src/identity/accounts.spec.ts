import { createHook } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { cookieOf, createTestAccounts, type TestAccounts } from '../../test/support/identity-accounts.js';
import { newId } from '../platform/ids.js';
import { createAccounts, type SignedIn } from './accounts.js';

let test: TestAccounts;

beforeAll(async () => {
  test = await createTestAccounts();
});

afterAll(() => test.close());

const password = 'correct horse battery';
let people = 0;

/** Somebody new. */
function person() {
  people += 1;
  return { email: `person-${people}@example.com`, password, name: `Person ${people}` };
}

async function signUp(given = person()): Promise<SignedIn & { existed: boolean }> {
  const answer = await test.accounts.signUp(given);
  if (!answer.ok) throw new Error(answer.code);
  return answer;
}

async function count(table: string): Promise<number> {
  const { rows } = await test.pool.query<{ count: bigint }>(`select count(*) from accounts.${table}`);
  return Number(rows[0]?.count);
}

/** Makes every session of the user end at an offset from now. */
async function endSessions(userId: string, offset: string): Promise<void> {
  const sql = 'update accounts.sessions set expires_at = now() + $2::interval where user_id = $1';
  await test.pool.query(sql, [userId, offset]);
}

/** What is expensive and so could be timed: connections lent for a query, and runs of Argon2. */
async function workOf(act: () => Promise<unknown>): Promise<{ queries: number; hashes: number }> {
  const work = { queries: 0, hashes: 0 };
  const countQuery = () => void (work.queries += 1);
  const hook = createHook({ init: (_id, type) => void (work.hashes += type === 'ARGON2REQUEST' ? 1 : 0) });
  test.pool.on('acquire', countQuery);
  hook.enable();
  await act();
  hook.disable();
  test.pool.off('acquire', countQuery);
  return work;
}

describe('signing up', () => {
  it('makes a user with an id of ours, a normalised address and a session', async () => {
    const given = person();
    const answer = await signUp({
      ...given,
      email: ` ${given.email.toUpperCase()} `,
      name: ` ${given.name} `,
    });
    expect(answer).toMatchObject({
      ok: true,
      existed: false,
      user: { email: given.email, name: given.name },
    });
    expect(answer.user.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
    expect(await test.accounts.session(cookieOf(answer.setCookie))).toMatchObject({ userId: answer.user.id });
  });

  it('sets a cookie that scripts cannot read, for a week, for the whole site', async () => {
    const { setCookie } = await signUp();
    expect(setCookie).toEqual([
      expect.stringMatching(/^compass_session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('sets a cookie bound to host and TLS where the service is reached by TLS', async () => {
    const settings = { ...test.settings, baseUrl: 'https://keys.example', secureCookies: true };
    const accounts = await createAccounts({ ...settings, pool: test.pool });
    const answer = await accounts.signUp(person());
    if (!answer.ok) throw new Error(answer.code);
    expect(answer.setCookie).toEqual([
      expect.stringMatching(
        /^__Host-compass_session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
    ]);
    const headers = cookieOf(answer.setCookie);
    expect(await accounts.session(headers)).toMatchObject({ userId: answer.user.id });
    expect(await accounts.signOut(headers)).toEqual([
      '__Host-compass_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    ]);
  });

  it('answers a repeat with the right password by the same user and a new session', async () => {
    const given = person();
    const first = await signUp(given);
    const second = await signUp({ ...given, name: 'Another name' });
    expect(second).toMatchObject({ existed: true, user: first.user });
    expect(second.setCookie).not.toEqual(first.setCookie);
  });

  it('refuses an address that is taken when the password is another', async () => {
    const given = person();
    await signUp(given);
    const answer = await test.accounts.signUp({ ...given, password: 'another password' });
    expect(answer).toEqual({ ok: false, code: 'user.email_taken' });
  });

  it('makes one user of many sign-ups at once', async () => {
    const given = person();
    const answers = await Promise.all(Array.from({ length: 6 }, () => signUp(given)));
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
    expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
  });

  it('refuses what is malformed and stores nothing', async () => {
    const before = await count('users');
    const answer = await test.accounts.signUp({ ...person(), password: 'too short' });
    expect(answer).toEqual({ ok: false, code: 'user.password_too_short' });
    expect(await count('users')).toBe(before);
  });

  it('takes a password of 128 characters outside the basic plane', async () => {
    const given = { ...person(), password: '🔑'.repeat(128) };
    await signUp(given);
    expect(await test.accounts.signIn(given)).toMatchObject({ ok: true });
  });

  it('leaves nothing behind when it fails half way', async () => {
    const given = person();
    await test.pool.query('alter table accounts.sessions add constraint broken check (false) not valid');
    await expect(test.accounts.signUp(given)).rejects.toThrow();
    await test.pool.query('alter table accounts.sessions drop constraint broken');
    expect(await signUp(given)).toMatchObject({ existed: false });
  });
});

describe('signing in', () => {
  it('gives a new session for the right password, in whatever letters the address is', async () => {
    const given = person();
    const { user } = await signUp(given);
    const answer = await test.accounts.signIn({ email: ` ${given.email.toUpperCase()}`, password });
    expect(answer).toMatchObject({ ok: true, user });
  });

  it.each([
    ['a wrong password', () => ({ password: 'wrong horse battery' })],
    ['an unknown address', () => ({ email: 'nobody@example.com' })],
    ['a malformed address', () => ({ email: 'nobody' })],
    ['a password nobody could have', () => ({ password: 'a'.repeat(60_000) })],
  ])('answers %s alike', async (_, wrong) => {
    const given = person();
    await signUp(given);
    const answer = await test.accounts.signIn({ ...given, ...wrong() });
    expect(answer).toEqual({ ok: false, code: 'user.wrong_credentials' });
  });

  it('does the same work whether or not there is such a user', async () => {
    const given = person();
    await signUp(given);
    const wrongPassword = await workOf(() =>
      test.accounts.signIn({ ...given, password: 'wrong horse battery' }),
    );
    const wrongEmail = await workOf(() => test.accounts.signIn({ ...given, email: 'nobody@example.com' }));
    expect(wrongPassword).toEqual({ queries: 1, hashes: 1 });
    expect(wrongEmail).toEqual(wrongPassword);
  });

  it('forgets sessions of the user that ran out', async () => {
    const given = person();
    const { user } = await signUp(given);
    await endSessions(user.id, '-1 second');
    await test.accounts.signIn(given);
    const { rowCount } = await test.pool.query('select from accounts.sessions where user_id = $1', [user.id]);
    expect(rowCount).toBe(1);
  });
});

describe('a session', () => {
  it('is found by its cookie among others', async () => {
    const { user, setCookie } = await signUp();
    const cookie = `theme=dark; ${cookieOf(setCookie).cookie}; other=1`;
    expect(await test.accounts.session({ cookie })).toEqual({
      userId: user.id,
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      setCookie: [],
    });
  });

  it.each([
    ['no cookie', {}],
    ['an empty cookie', { cookie: '' }],
    ['another cookie', { cookie: 'theme=dark' }],
    ['an invented cookie', { cookie: 'compass_session=abc.def' }],
    ['a broken encoding', { cookie: 'compass_session=%zz' }],
  ])('is not found by %s', async (_, headers) => {
    expect(await test.accounts.session(headers)).toBeUndefined();
  });

  it('cannot be used or forged by a reader of the table', async () => {
    const { user, setCookie } = await signUp();
    const { rows } = await test.pool.query<{ token: string }>(
      'select token from accounts.sessions where user_id = $1',
      [user.id],
    );
    const token = rows[0]?.token ?? '';
    expect(cookieOf(setCookie).cookie).toContain(token);
    expect(await test.accounts.session({ cookie: `compass_session=${token}` })).toBeUndefined();

    const forger = await createAccounts({ ...test.settings, secret: randomBytes(32), pool: test.pool });
    expect(await forger.session(cookieOf(setCookie))).toBeUndefined();
    expect(await test.accounts.session(cookieOf(setCookie))).toBeDefined();
  });

  it('ends at its instant', async () => {
    const { user, setCookie } = await signUp();
    await endSessions(user.id, '-1 second');
    expect(await test.accounts.session(cookieOf(setCookie))).toBeUndefined();
  });

  it('is prolonged by use once a day, in the table and in the browser', async () => {
    const { user, setCookie } = await signUp();
    await endSessions(user.id, '5 days 23 hours');
    const session = await test.accounts.session(cookieOf(setCookie));
    expect(session?.setCookie).toEqual([expect.stringContaining('Max-Age=604800')]);
    expect(cookieOf(session?.setCookie ?? [])).toEqual(cookieOf(setCookie));
    const { rows } = await test.pool.query<{ days: number }>(
      'select extract(day from expires_at - now())::int as days from accounts.sessions where user_id = $1',
      [user.id],
    );
    expect(rows[0]?.days).toBe(6);
    expect(await test.accounts.session(cookieOf(setCookie))).toMatchObject({ setCookie: [] });
  });

  it('is an error, not an answer, when the database cannot be asked', async () => {
    const { setCookie } = await signUp();
    await test.pool.query('alter table accounts.sessions rename to away');
    await expect(test.accounts.session(cookieOf(setCookie))).rejects.toMatchObject({ code: '42P01' });
    await test.pool.query('alter table accounts.away rename to sessions');
    expect(await test.accounts.session(cookieOf(setCookie))).toBeDefined();
  });

  it('keeps neither the address nor the browser of its user', async () => {
    const { user } = await signUp();
    const sql = 'select ip_address, user_agent from accounts.sessions where user_id = $1';
    const { rows } = await test.pool.query(sql, [user.id]);
    expect(rows).toEqual([{ ip_address: '', user_agent: '' }]);
  });
});

describe('signing out', () => {
  it('ends this session everywhere and leaves the others', async () => {
    const given = person();
    const first = await signUp(given);
    const second = await signUp(given);
    expect(await test.accounts.signOut(cookieOf(first.setCookie))).toEqual([
      'compass_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax',
    ]);
    expect(await test.accounts.session(cookieOf(first.setCookie))).toBeUndefined();
    expect(await test.accounts.session(cookieOf(second.setCookie))).toBeDefined();
  });

  it('clears the cookie of nobody', async () => {
    expect(await test.accounts.signOut({})).toEqual([expect.stringContaining('Max-Age=0')]);
  });

  it('does not say yes when the session could not be ended', async () => {
    const { setCookie } = await signUp();
    await test.pool.query(`create rule keep as on delete to accounts.sessions do instead select 1/0`);
    await expect(test.accounts.signOut(cookieOf(setCookie))).rejects.toThrow();
    await test.pool.query('drop rule keep on accounts.sessions');
    await test.accounts.signOut(cookieOf(setCookie));
    expect(await test.accounts.session(cookieOf(setCookie))).toBeUndefined();
  });
});

describe('users', () => {
  it('are there once somebody signed up', async () => {
    const empty = await createTestAccounts();
    expect(await empty.accounts.hasUsers()).toBe(false);
    await empty.accounts.signUp(person());
    expect(await empty.accounts.hasUsers()).toBe(true);
    await empty.close();
  });

  it('are shown by their ids', async () => {
    const [first, second] = [await signUp(), await signUp()];
    const users = await test.accounts.users([second.user.id, newId(), first.user.id]);
    expect([...users].sort((a, b) => a.id.localeCompare(b.id))).toEqual([first.user, second.user]);
    expect(await test.accounts.users([])).toEqual([]);
  });
});

describe('what is kept', () => {
  it('holds no password, neither in the tables nor in a report', async () => {
    const given = { ...person(), password: 'a very findable password' };
    await signUp(given);
    for (const table of ['users', 'sessions', 'credentials', 'verifications']) {
      const sql = `select count(*) from accounts.${table} as row where row::text like '%findable%'`;
      const { rows } = await test.pool.query<{ count: bigint }>(sql);
      expect(rows[0]?.count).toBe(0n);
    }
    expect(test.reports.join('\n')).not.toMatch(/findable|@example\.com/);
  });
});
