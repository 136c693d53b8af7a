import type { Scope } from '../key/events.js';
import type { Role } from '../team/events.js';
import { isPast, type KeyAccess, type Surroundings } from './key-access.js';

/** What the personal token of a plain user has at most. */
export const scopesOfUsers: readonly Scope[] = ['project', 'inference'];
const noScopes: readonly Scope[] = [];

/**
 * The role that the user of a personal token has now in the token's team; undefined when they are not, or no
 * longer, a member, and for keys that act for nobody.
 */
export function userRoleOf(access: KeyAccess, surroundings: Surroundings, at: string): Role | undefined {
  if (access.ownerId === null) return undefined;
  const memberships = surroundings.membershipsOf(access.ownerId);
  const membership = memberships.find(({ teamId }) => teamId === access.teamId);
  return membership && !isPast(membership.until, at) ? membership.role : undefined;
}

/**
 * A key with the rights that it really has: a personal token never has more than its user.
 * @returns the very same object when nothing is taken from it
 */
export function withinRightsOf(userRole: Role | undefined, access: KeyAccess): KeyAccess {
  if (access.type === 'service_account' || userRole === 'OWNER' || userRole === 'ADMIN') return access;
  const scopes = userRole === 'USER' ? access.scopes.filter((one) => scopesOfUsers.includes(one)) : noScopes;
  if (scopes.length === access.scopes.length && access.role === 'member') return access;
  return { ...access, scopes, role: 'member' };
}
