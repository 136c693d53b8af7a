import { keyAccessOf } from '../../test/support/key-access.js';
import { actorOf } from './principal.js';

const key = (ownerId: string | null) =>
  actorOf({
    type: 'key',
    teamId: 't1',
    access: keyAccessOf({ ownerId }),
    secret: { secretId: 's1', validUntil: null },
  });

describe('the actor of an event', () => {
  it('is the user with their session', () => {
    const user = { type: 'user', userId: 'u1', sessionId: 's1', teamId: 't1', role: 'ADMIN' } as const;
    expect(actorOf(user)).toEqual({ type: 'user', id: 'u1', credentialId: 's1', role: 'ADMIN' });
  });

  it('is the key with its secret; a personal token acts for its user', () => {
    const actor = { type: 'key', id: 'k1', credentialId: 's1', role: 'member' };
    expect(key(null)).toEqual(actor);
    expect(key('u1')).toEqual({ ...actor, onBehalfOf: 'u1' });
  });

  it('is the key for the user whose token was presented', () => {
    const token = { tokenId: 'token-1', userId: 'u2', membershipId: 'm2' };
    const secret = { secretId: 's2', validUntil: null, token };
    const actor = actorOf({ type: 'key', teamId: 't1', access: keyAccessOf(), secret });
    expect(actor).toEqual({
      type: 'key',
      id: 'k1',
      credentialId: 's2',
      onBehalfOf: 'u2',
      role: 'member',
    });
  });
});
