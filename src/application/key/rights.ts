import { scopesOfUsers } from '../../domain/access/entitlement.js';
import { isWithinAddresses } from '../../domain/key/allowances.js';
import type { EnabledService, KeyRole, ResourceRef, Scope } from '../../domain/key/events.js';
import { isPartOf } from '../../domain/key/services.js';
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

/** A key gives others only resources that it has itself. */
export function checkResources(
  principal: Principal,
  given: readonly Pick<ResourceRef, 'resourceId'>[],
): Result<void> {
  if (principal.type === 'user') return done(undefined);
  const own = new Set(principal.access.resources.map(({ resourceId }) => resourceId));
  const hasAll = given.every(({ resourceId }) => own.has(resourceId));
  return hasAll ? done(undefined) : refuse('key.resources_exceed_caller', 'resourceIds');
}

/**
 * What costs the team something is for owners and admins to give; a key gives others only what it has itself, and
 * never what is paid from a wallet.
 */
export function checkServices(principal: Principal, given: readonly EnabledService[]): Result<void> {
  if (principal.type === 'user') {
    const isWithin = principal.role !== 'USER' || given.every((one) => one.billingPolicy === 'free');
    return isWithin ? done(undefined) : refuse('key.token_exceeds_user', 'services');
  }
  const { services } = principal.access;
  const hasAll = given.every((one) => one.walletId === null && services.some((own) => isPartOf(one, own)));
  return hasAll ? done(undefined) : refuse('key.services_exceed_caller', 'services');
}

/** The addresses that the caller is limited to; empty: none in particular. */
export function addressesOf(principal: Principal): readonly string[] {
  return principal.type === 'key' ? principal.access.allowedIps : [];
}

/** A key that works from some addresses only lets no other work from elsewhere: it gives of its own list. */
export function checkAddresses(principal: Principal, allowedIps: readonly string[]): Result<void> {
  const isWithin = isWithinAddresses(allowedIps, addressesOf(principal));
  return isWithin ? done(undefined) : refuse('key.ips_exceed_caller', 'allowedIps');
}

/** The instant at which the caller's rights end with its key; null: they do not end by themselves. */
export function endOf(principal: Principal): string | null {
  return principal.type === 'key' ? principal.access.expiresAt : null;
}

/**
 * A key gives none a longer life than its own.
 * @param expiresAt ISO instant in UTC with milliseconds; null: never
 * @param field that asks for it
 */
export function checkExpiry(principal: Principal, expiresAt: string | null, field: string): Result<void> {
  const end = endOf(principal);
  const exceeds = end !== null && (expiresAt === null || expiresAt > end);
  return exceeds ? refuse('key.expiry_exceeds_caller', field) : done(undefined);
}
