import { type Decision, happened, refused } from '../decision.js';
import { faultOf } from '../text.js';
import type { IssueToken, RevokeToken, RotateToken } from './commands.js';
import type { KeyEvent, KeyTokenRevoked } from './events.js';
import type { Key, LiveToken } from './state.js';

type KeyDecision = Decision<KeyEvent>;

/**
 * Each user has one token of a key at most. One of an earlier membership is refused already; it is ended now,
 * so that the log says so too.
 */
export function issueToken(key: Key, command: IssueToken): KeyDecision {
  const { tokenId, userId, membershipId, secret, at } = command;
  if (key.ownerId !== null) return refused('token.key_is_personal');
  if (!key.userIds.includes(userId)) return refused('right.missing');
  const earlier = key.tokens.filter((token) => token.userId === userId);
  if (earlier.some((token) => token.membershipId === membershipId)) return refused('token.exists');
  return happened<KeyEvent>(...withdrawn(earlier, at), {
    type: 'KeyTokenIssued',
    tokenId,
    userId,
    membershipId,
    secret,
    issuedAt: at,
  });
}

/** There is no grace: one user has it, in few places. */
export function rotateToken(key: Key, { tokenId, secret, at }: RotateToken): KeyDecision {
  if (!tokenOf(key, tokenId)) return refused('token.not_found');
  return happened({ type: 'KeyTokenRotated', tokenId, secret, rotatedAt: at });
}

export function revokeToken(key: Key, { tokenId, reason, comment, at }: RevokeToken): KeyDecision {
  if (!tokenOf(key, tokenId)) return refused('token.not_found');
  const fault = faultOf({ comment });
  if (fault) return refused(fault.code, fault.field);
  const said = comment !== undefined && { comment };
  return happened({ type: 'KeyTokenRevoked', tokenId, reason, ...said, revokedAt: at });
}

/** Tokens end because their user lost the right to them. */
export function withdrawn(tokens: readonly LiveToken[], at: string): KeyTokenRevoked[] {
  return tokens.map(({ tokenId }) => ({
    type: 'KeyTokenRevoked',
    tokenId,
    reason: 'privilege_withdrawn',
    revokedAt: at,
  }));
}

function tokenOf({ tokens }: Key, tokenId: string): LiveToken | undefined {
  return tokens.find((token) => token.tokenId === tokenId);
}
