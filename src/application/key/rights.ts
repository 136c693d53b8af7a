import { scopesOfUsers } from '../../domain/access/entitlement.js';
import type { KeyRole, Scope } from '../../domain/key/events.js';
import { unmintable } from '../authorize.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

/** What somebody wants a key to have; absent is not asked for. */
interface Rights {
  readonly role?: KeyRole;
  readonly scopes?: readonly Scope[];
}

/** The scopes a caller may give to a key. */
export function grantableScopes(principal: Principal, all: readonly Scope[]): readonly Scope[] {
  if (principal.type === 'user') {
    return principal.role === 'USER' ? all.filter((scope) => scopesOfUsers.includes(scope)) : all;
  }
  const { scopes } = principal.access;
  return all.filter((scope) => scopes.includes(scope) && !unmintable.includes(scope));
}

/** Nobody gives more than they have: keys no more than themselves, users no more than a user's token has. */
export function checkRights(principal: Principal, { role, scopes = [] }: Rights): Result<void> {
  const exceedsScopes = grantableScopes(principal, scopes).length < scopes.length;
  if (principal.type === 'user') {
    const exceedsRole = principal.role === 'USER' && role === 'admin';
    if (exceedsScopes) return refuse('key.token_exceeds_user', 'scopes');
    return exceedsRole ? refuse('key.token_exceeds_user', 'role') : done(undefined);
  }
  if (exceedsScopes) return refuse('key.scopes_exceed_caller', 'scopes');
  const exceedsRole = role === 'admin' && principal.access.role !== 'admin';
  return exceedsRole ? refuse('key.role_exceeds_caller', 'role') : done(undefined);
}
