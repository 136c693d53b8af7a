import type { LiveToken } from '../../domain/key/state.js';
import { authorize } from '../authorize.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { findTarget } from './find-target.js';
import { goodTokensOf } from './token-view.js';

/** Which token somebody means. */
export interface TokenAim {
  readonly keyId: string;
  readonly tokenId: string;
}

/** The token that somebody wants to do something with, if they may: one of others only if they manage the key. */
export async function findToken(
  parts: Parts,
  principal: Principal,
  operation: 'tokens.issue' | 'tokens.revoke',
  { keyId, tokenId }: TokenAim,
): Promise<Result<LiveToken>> {
  const target = await findTarget(parts, principal, operation, keyId);
  if (!target.ok) return target;
  const key = target.value;
  if (key.revokedAt !== null) return refuse('key.revoked');
  const isGood = await goodTokensOf(parts, principal.teamId);
  const token = key.tokens.find((one) => one.tokenId === tokenId);
  if (!token || !isGood(token) || !seesToken(principal, token)) return refuse('token.not_found');
  if (isItsUser(principal, token)) return done(token);
  const mayEnd = operation === 'tokens.revoke' && authorize(principal, 'keys.update', key) === 'allowed';
  return mayEnd ? done(token) : refuse('right.missing');
}

/** A plain user sees their own token alone, and a token itself; who reads all keys sees all tokens. */
export function seesToken(
  principal: Principal,
  token: { readonly tokenId: string; readonly userId: string },
): boolean {
  if (isItsUser(principal, token)) return true;
  return principal.type === 'user' ? principal.role !== 'USER' : principal.type === 'operator';
}

function isItsUser(
  principal: Principal,
  { tokenId, userId }: { readonly tokenId: string; readonly userId: string },
): boolean {
  return principal.type === 'user'
    ? principal.userId === userId
    : principal.secret.token?.tokenId === tokenId;
}
