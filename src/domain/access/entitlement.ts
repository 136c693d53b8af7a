import type { Scope } from '../key/events.js';
import type { Role } from '../team/events.js';
import {
  isPast,
  type KeyAccess,
  type Membership,
  type Surroundings,
  type TokenAccess,
} from './key-access.js';

/** What the personal token of a plain user has at most. */
export const scopesOfUsers: readonly Scope[] = ['project', 'inference'];
const noScopes: readonly Scope[] = [];

/**
 * The role that the user of a personal token has now in the token's team; undefined when they are not, or no
 * longer, a member, and for keys that act for nobody.
 */
export function userRoleOf(access: KeyAccess, surroundings: Surroundings, at: string): Role | undefined {
  return access.ownerId === null ? undefined : membershipOf(access.ownerId, access, surroundings, at)?.role;
}

/**
 * Whether the user of a key token may still use the key with it: in the team by the very membership that it was
 * issued under, and not as somebody who only reads.
 */
export function mayUseToken(
  { userId, membershipId }: TokenAccess,
  access: KeyAccess,
  surroundings: Surroundings,
  at: string,
): boolean {
  const membership = membershipOf(userId, access, surroundings, at);
  return membership?.membershipId === membershipId && membership.role !== 'AUDITOR';
}

function membershipOf(
  userId: string,
  access: KeyAccess,
  surroundings: Surroundings,
  at: string,
): Membership | undefined {
  const membership = surroundings.membershipsOf(userId).find(({ teamId }) => teamId === access.teamId);
  return membership && !isPast(membership.until, at) ? membership : undefined;
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
