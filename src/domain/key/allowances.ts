import type { RefusalCode } from '../refusals.js';
import type { KeyRole, Scope } from './events.js';

interface Allowances {
  readonly role?: KeyRole;
  readonly scopes?: readonly Scope[];
  readonly allowedOrigins?: readonly string[];
}

/** Whether one list of addresses lets in from no more places than another; an empty one lets in from everywhere. */
export function isWithinAddresses(list: readonly string[], other: readonly string[]): boolean {
  return other.length === 0 || (list.length > 0 && list.every((one) => other.includes(one)));
}

/**
 * What a public key cannot have, and what only a public key can have: everyone sees it, so it can only infer;
 * origins are those of web pages, which nobody but a public key is given to.
 */
export function allowanceFault(
  { role, scopes, allowedOrigins }: Allowances,
  isPublic: boolean,
): { readonly code: RefusalCode; readonly field: string } | undefined {
  if (!isPublic) {
    return allowedOrigins?.length ? { code: 'key.origins_need_public', field: 'allowedOrigins' } : undefined;
  }
  if (role === 'admin') return { code: 'key.public_is_member', field: 'role' };
  const infersOnly = scopes === undefined || (scopes.length === 1 && scopes[0] === 'inference');
  return infersOnly ? undefined : { code: 'key.public_only_infers', field: 'scopes' };
}
