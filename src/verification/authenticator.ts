import type { KeyPrincipal, OperatorPrincipal, UserPrincipal } from '../application/principal.js';
import { userRoleOf, withinRightsOf } from '../domain/access/entitlement.js';
import { asCredential, isPast } from '../domain/access/key-access.js';
import { decideAccess } from '../domain/access/verdict.js';
import { isOperatorKey } from '../domain/platform.js';
import type { AccessIndex } from './access-index.js';

/** Where a secret is presented from: a key may be limited to addresses, a public key to origins. */
export interface Whereabouts {
  readonly clientIp?: string;
  readonly origin?: string;
}

/** Turns what a request presents into who is asking, from memory: a right taken away is gone at once. */
export interface Authenticator {
  /**
   * The key that has the secret, if it is valid at the instant, with the rights that its user leaves it. One of
   * an operator names no team yet.
   */
  key(secret: string, from: Whereabouts, at: string): KeyPrincipal | OperatorPrincipal | undefined;
  /**
   * A person with a session in one of their teams: the named one, or the oldest they are in.
   * Undefined when they are not in it.
   */
  member(
    session: { readonly sessionId: string; readonly userId: string },
    teamId: string | undefined,
    at: string,
  ): UserPrincipal | undefined;
}

/** Whether a key lets whoever presents it in at the instant; what they may do then is another question. */
export function isValidCredential(
  { access, secret }: Pick<KeyPrincipal, 'access' | 'secret'>,
  from: Whereabouts,
  at: string,
  index: AccessIndex,
): boolean {
  return decideAccess(access, secret, asCredential(access, from), at, index).allowed;
}

export function createAuthenticator(index: AccessIndex): Authenticator {
  return {
    key(presented, from, at) {
      const found = index.find(presented);
      if (!found || !isValidCredential(found, from, at, index)) return undefined;
      const { secretId, validUntil, token } = found.secret;
      const secret = { secretId, validUntil, ...(token && { token }) };
      if (isOperatorKey(found.access)) {
        return { type: 'operator', teamId: found.access.teamId, access: found.access, secret };
      }
      const userRole = userRoleOf(found.access, index, at);
      const access = withinRightsOf(userRole, found.access);
      return { type: 'key', teamId: access.teamId, access, secret, ...(userRole && { userRole }) };
    },
    member({ sessionId, userId }, teamId, at) {
      const current = index
        .membershipsOf(userId)
        .find((one) => (teamId === undefined || one.teamId === teamId) && !isPast(one.until, at));
      return current && { type: 'user', userId, sessionId, teamId: current.teamId, role: current.role };
    },
  };
}
