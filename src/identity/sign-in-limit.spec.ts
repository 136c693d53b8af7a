import {
  createSignInLimit,
  networkOf,
  rememberedMax,
  signInWindowSeconds,
  triesPerEmail,
  triesPerNetwork,
} from './sign-in-limit.js';

const ada = { email: 'ada@example.com', ip: '192.0.2.1' };

function limitAt(start: number) {
  let now = start;
  const limit = createSignInLimit({ clock: { now: () => new Date(now) } });
  const passSeconds = (seconds: number) => {
    now += seconds * 1000;
  };
  return { limit, passSeconds };
}

function times(count: number, act: (index: number) => unknown): void {
  for (let index = 0; index < count; index++) act(index);
}

describe('the limit of sign-ins', () => {
  it('refuses an address after its tries, in whatever letters, until the window ends', () => {
    const { limit, passSeconds } = limitAt(1_000);
    times(triesPerEmail, () => expect(limit.attempt(ada)).toEqual({ ok: true }));
    passSeconds(60.5);
    expect(limit.attempt({ email: ' ADA@Example.com ', ip: '192.0.2.2' })).toEqual({
      ok: false,
      retryAfterSeconds: signInWindowSeconds - 60,
    });
    passSeconds(signInWindowSeconds - 60.5);
    expect(limit.attempt(ada)).toEqual({ ok: true });
  });

  it('leaves other addresses alone', () => {
    const { limit } = limitAt(0);
    times(triesPerEmail, () => limit.attempt(ada));
    expect(limit.attempt({ ...ada, email: 'grace@example.com' })).toEqual({ ok: true });
  });

  it('starts afresh for an address whose password was right', () => {
    const { limit } = limitAt(0);
    times(triesPerEmail, () => limit.attempt(ada));
    limit.succeeded(ada);
    times(triesPerEmail, () => expect(limit.attempt(ada)).toEqual({ ok: true }));
    expect(limit.attempt(ada)).toMatchObject({ ok: false });
  });

  it('refuses a network after its tries over many addresses, and a success gives back one only', () => {
    const { limit } = limitAt(0);
    const someone = (index: number) => ({ ...ada, email: `user-${index}@example.com` });
    times(triesPerNetwork, (index) => expect(limit.attempt(someone(index))).toEqual({ ok: true }));
    expect(limit.attempt(someone(-1))).toEqual({ ok: false, retryAfterSeconds: signInWindowSeconds });
    limit.succeeded(someone(0));
    expect(limit.attempt(someone(-1))).toEqual({ ok: true });
    expect(limit.attempt(someone(-2))).toMatchObject({ ok: false });
  });

  it('forgets what has been idle longest beyond its capacity', () => {
    const { limit } = limitAt(0);
    times(triesPerEmail, () => limit.attempt(ada));
    times(rememberedMax, (index) =>
      limit.attempt({ email: `${index}@example.com`, ip: `198.51.100.${index}` }),
    );
    expect(limit.attempt(ada)).toEqual({ ok: true });
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1::5', '2001:db8:0:1'],
    ['2001:DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8:0:1'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['not an address', 'not an address'],
  ])('counts %s as %s', (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
