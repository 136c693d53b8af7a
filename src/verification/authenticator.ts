import type { KeyPrincipal, UserPrincipal } from '../application/principal.js';
import { decideAccess } from '../domain/access/verdict.js';
import type { Role } from '../domain/team/events.js';
import type { AccessIndex } from './access-index.js';

/** Turns what a request presents into who is asking, from memory: a right taken away is gone at once. */
export interface Authenticator {
  /** The key that has the secret, if it is valid at the instant. */
  key(secret: string, at: string): KeyPrincipal | undefined;
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

export function createAuthenticator(index: AccessIndex): Authenticator {
  return {
    key(secret, at) {
      const found = index.find(secret);
      if (!found || !decideAccess(found.access, found.secret, {}, at).allowed) return undefined;
      const { access } = found;
      return { type: 'key', teamId: access.teamId, access, secretId: found.secret.secretId };
    },
    member({ sessionId, userId }, teamId, at) {
      const current = index
        .membershipsOf(userId)
        .find((one) => (teamId === undefined || one.teamId === teamId) && !hasEnded(one, at));
      return current && { type: 'user', userId, sessionId, teamId: current.teamId, role: current.role };
    },
  };
}

function hasEnded(membership: { readonly role: Role; readonly until: string | null }, at: string): boolean {
  return membership.until !== null && at >= membership.until;
}
