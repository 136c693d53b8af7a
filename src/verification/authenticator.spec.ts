import { keyAccessOf, memberAccessOf } from '../../test/support/key-access.js';
import { instant } from '../../test/support/projection-events.js';
import { formatSecret } from '../domain/access/secret.js';
import type { Role } from '../domain/team/events.js';
import { sha256 } from '../platform/random.js';
import { createAccessIndex } from './access-index.js';
import { createAuthenticator } from './authenticator.js';

const secret = formatSecret('cks', new Uint8Array(32).fill(7));
const key = keyAccessOf({
  scopes: [],
  expiresAt: instant(100),
  secrets: [{ secretId: 's1', digest: sha256(secret), validUntil: null }],
});

describe('a key that is presented', () => {
  const index = createAccessIndex();
  const authenticator = createAuthenticator(index);
  beforeEach(() => index.putKey(key));

  it('is who asks, with the record of this moment', () => {
    const { secrets: _, tokens: __, ...access } = key;
    expect(authenticator.key(secret, {}, instant(0))).toEqual({
      type: 'key',
      teamId: 't1',
      access,
      secret: { secretId: 's1', validUntil: null },
    });
  });

  it('lives until its instant and not at it', () => {
    expect(authenticator.key(secret, {}, instant(99))).toBeDefined();
    expect(authenticator.key(secret, {}, instant(100))).toBeUndefined();
  });

  it('is nobody once it is revoked, its secret retired, or unknown', () => {
    index.putKey({ ...key, revokedAt: instant(1) });
    expect(authenticator.key(secret, {}, instant(2))).toBeUndefined();
    index.putKey({ ...key, secrets: [{ ...key.secrets[0]!, validUntil: instant(1) }] });
    expect(authenticator.key(secret, {}, instant(2))).toBeUndefined();
    expect(authenticator.key('nonsense', {}, instant(2))).toBeUndefined();
  });
});

describe('a token of a key that is presented', () => {
  const index = createAccessIndex();
  const authenticator = createAuthenticator(index);
  const presented = formatSecret('ckt', new Uint8Array(32).fill(8));
  const token = { tokenId: 'token-1', userId: 'u1', membershipId: 'm1' };
  const tokens = [{ ...token, secretId: 's8', digest: sha256(presented) }];

  beforeEach(() => {
    index.putKey({ ...key, tokens });
    index.putMember(memberAccessOf({ membershipId: 'm1' }));
  });

  it('is the key, by the token', () => {
    const asked = authenticator.key(presented, {}, instant(0));
    expect(asked?.access.keyId).toBe(key.keyId);
    expect(asked?.secret).toEqual({ secretId: 's8', validUntil: null, token });
  });

  it('is nobody for somebody else’s membership, or for one who only reads', () => {
    index.putMember(memberAccessOf({ membershipId: 'm2' }));
    expect(authenticator.key(presented, {}, instant(0))).toBeUndefined();
    index.putMember(memberAccessOf({ membershipId: 'm1', role: 'AUDITOR' }));
    expect(authenticator.key(presented, {}, instant(0))).toBeUndefined();
    expect(authenticator.key(secret, {}, instant(0))).toBeDefined();
  });
});

describe('a key that is limited to places', () => {
  const index = createAccessIndex();
  const authenticator = createAuthenticator(index);

  it.each<[string, object, object, boolean]>([
    ['an address of its range', { allowedIps: ['192.0.2.0/24'] }, { clientIp: '192.0.2.7' }, true],
    ['another address', { allowedIps: ['192.0.2.0/24'] }, { clientIp: '192.0.3.7' }, false],
    ['nowhere', { allowedIps: ['192.0.2.0/24'] }, {}, false],
    [
      'its page',
      { public: true, allowedOrigins: ['https://a.example'] },
      { origin: 'https://a.example' },
      true,
    ],
    ['another page', { public: true, allowedOrigins: ['https://a.example'] }, { origin: 'null' }, false],
  ])('presented from %s', (_, changes, from, isKnown) => {
    index.putKey({ ...key, ...changes });
    expect(authenticator.key(secret, from, instant(0)) !== undefined).toBe(isKnown);
  });
});

describe('a personal token that is presented', () => {
  const index = createAccessIndex();
  const authenticator = createAuthenticator(index);
  const token = keyAccessOf({
    type: 'personal_token',
    ownerId: 'u1',
    role: 'admin',
    scopes: ['project', 'keys'],
    secrets: key.secrets,
  });
  const present = () => authenticator.key(secret, {}, instant(0))?.access;
  const put = (role: Role, until: string | null = null) => index.putMember(memberAccessOf({ role, until }));
  beforeEach(() => index.putKey(token));

  it('is nobody while its user is not in the team, or no longer', () => {
    expect(present()).toBeUndefined();
    put('OWNER', instant(0));
    expect(present()).toBeUndefined();
  });

  it.each<[Role, object]>([
    ['OWNER', { role: 'admin', scopes: ['project', 'keys'] }],
    ['ADMIN', { role: 'admin', scopes: ['project', 'keys'] }],
    ['USER', { role: 'member', scopes: ['project'] }],
    ['AUDITOR', { role: 'member', scopes: [] }],
  ])('has no more than its user, a %s', (role, rights) => {
    put(role);
    const { secrets: _, tokens: __, ...access } = token;
    expect(present()).toEqual({ ...access, ...rights });
  });

  it('is asked as whom it acts for: with the present role of its user', () => {
    const asked = () => authenticator.key(secret, {}, instant(0));
    put('ADMIN');
    expect(asked()).toMatchObject({ userRole: 'ADMIN' });
    put('AUDITOR');
    expect(asked()).toMatchObject({ userRole: 'AUDITOR' });
    index.putKey(key);
    expect(asked()).not.toHaveProperty('userRole');
  });

  it('loses with the next request what its user loses', () => {
    put('ADMIN');
    expect(present()?.scopes).toContain('keys');
    put('USER');
    expect(present()?.scopes).toEqual(['project']);
  });
});

describe('a person with a session', () => {
  const index = createAccessIndex();
  const session = { sessionId: 'session-1', userId: 'u1' };
  const { member } = createAuthenticator(index);
  index.putMember(memberAccessOf({ teamId: 't2', role: 'OWNER' }));
  index.putMember(memberAccessOf({ role: 'AUDITOR', until: instant(100) }));

  it.each([
    [undefined, 0, { teamId: 't1', role: 'AUDITOR' }],
    ['t2', 0, { teamId: 't2', role: 'OWNER' }],
    [undefined, 100, { teamId: 't2', role: 'OWNER' }],
    ['t1', 99, { teamId: 't1', role: 'AUDITOR' }],
  ])('acts in team %s at second %i as %j', (teamId, second, found) => {
    expect(member(session, teamId, instant(second))).toEqual({ type: 'user', ...session, ...found });
  });

  it.each([
    ['t1', 100],
    ['t3', 0],
  ])('does not act in team %s at second %i', (teamId, second) => {
    expect(member(session, teamId, instant(second))).toBeUndefined();
  });

  it('is nobody without a team', () => {
    expect(member({ ...session, userId: 'u2' }, undefined, instant(0))).toBeUndefined();
  });
});
