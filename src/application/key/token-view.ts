import { usesOfKey } from '../../../projections/last-used/queries.js';
import { type KeyEvent, keyEventTypes, keyStream } from '../../domain/key/events.js';
import { isOneOf } from '../../domain/recorded.js';
import { teamStream } from '../../domain/team/events.js';
import { hasEnded, memberOf } from '../../domain/team/members.js';
import { teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';

/** A token of a key as a person may see it. Times are ISO instants. */
export interface TokenView {
  readonly id: string;
  readonly keyId: string;
  /** The one user who uses the key with it. */
  readonly userId: string;
  readonly maskedSecret: string;
  /** Counts the secrets it has had. */
  readonly secretVersion: number;
  readonly createdAt: string;
  readonly rotatedAt: string | null;
  readonly lastUsedAt: string | null;
}

type Told = Omit<TokenView, 'lastUsedAt'> & { readonly membershipId: string };

/** The tokens of a key that are good, the oldest first, from the log itself. */
export async function showTokens(parts: Parts, teamId: string, keyId: string): Promise<TokenView[]> {
  const [tokens, uses, isGood] = await Promise.all([
    readTokens(parts, keyId),
    usesOfKey(parts.readDb, keyId),
    goodTokensOf(parts, teamId),
  ]);
  const lastUses = new Map(uses.map(({ secretId, lastUsedAt }) => [secretId, lastUsedAt]));
  return tokens
    .filter(isGood)
    .map(({ membershipId: _, ...token }) => ({ ...token, lastUsedAt: lastUses.get(token.id) ?? null }));
}

/** Tells of a team's tokens whether they are good: their users must be in it, by the membership they had then. */
export async function goodTokensOf(
  { executor, clock }: Parts,
  teamId: string,
): Promise<(token: { readonly userId: string; readonly membershipId: string }) => boolean> {
  const { state: team } = await executor.load(teamDecider, teamStream(teamId));
  const at = clock.now().toISOString();
  return ({ userId, membershipId }) => {
    const member = team && memberOf(team, userId);
    return member?.membershipId === membershipId && !hasEnded(member, at);
  };
}

async function readTokens({ ledger }: Parts, keyId: string): Promise<readonly Told[]> {
  let tokens: readonly Told[] = [];
  for await (const recorded of ledger.readStream(keyStream(keyId))) {
    if (isOneOf(recorded, keyEventTypes)) tokens = next(tokens, recorded.event, keyId);
  }
  return tokens;
}

/** All end with the key. */
function next(tokens: readonly Told[], event: KeyEvent, keyId: string): readonly Told[] {
  switch (event.type) {
    case 'KeyTokenIssued': {
      const { tokenId: id, userId, membershipId, secret, issuedAt: createdAt } = event;
      const { maskedSecret } = secret;
      const told = { id, keyId, userId, membershipId, maskedSecret, createdAt };
      return [...tokens, { ...told, secretVersion: 1, rotatedAt: null }];
    }
    case 'KeyTokenRotated': {
      const { tokenId, secret, rotatedAt } = event;
      return tokens.map((token) => {
        if (token.id !== tokenId) return token;
        return {
          ...token,
          maskedSecret: secret.maskedSecret,
          secretVersion: token.secretVersion + 1,
          rotatedAt,
        };
      });
    }
    case 'KeyTokenRevoked':
      return tokens.filter(({ id }) => id !== event.tokenId);
    case 'KeyRevoked':
      return [];
    default:
      return tokens;
  }
}
