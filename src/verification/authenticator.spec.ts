import { keyAccessOf } from '../../test/support/key-access.js';
import { instant } from '../../test/support/projection-events.js';
import { formatSecret } from '../domain/access/secret.js';
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
    expect(authenticator.key(secret, instant(0))).toEqual({
      type: 'key',
      teamId: 't1',
      access: key,
      secretId: 's1',
    });
  });

  it('lives until its instant and not at it', () => {
    expect(authenticator.key(secret, instant(99))).toBeDefined();
    expect(authenticator.key(secret, instant(100))).toBeUndefined();
  });

  it('is nobody once it is revoked, its secret retired, or unknown', () => {
    index.putKey({ ...key, revokedAt: instant(1) });
    expect(authenticator.key(secret, instant(2))).toBeUndefined();
    index.putKey({ ...key, secrets: [{ ...key.secrets[0]!, validUntil: instant(1) }] });
    expect(authenticator.key(secret, instant(2))).toBeUndefined();
    expect(authenticator.key('nonsense', instant(2))).toBeUndefined();
  });
});

describe('a person with a session', () => {
  const index = createAccessIndex();
  const session = { sessionId: 'session-1', userId: 'u1' };
  const { member } = createAuthenticator(index);
  index.putMember({ memberId: 't2/u1', teamId: 't2', userId: 'u1', role: 'OWNER', until: null });
  index.putMember({ memberId: 't1/u1', teamId: 't1', userId: 'u1', role: 'AUDITOR', until: instant(100) });

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
