import type { KeyAccessRow } from '../../projections/access/table.js';
import type { SecretAccess } from '../domain/access/verdict.js';

/** The secrets that a key has, and those of its tokens. */
export type SecretsOfKey = Pick<KeyAccessRow, 'secrets' | 'tokens'>;

/**
 * What packed keys have besides the first secret of each: secrets that another has replaced, within their grace, and
 * tokens. They are kept as they come, since few keys have any.
 */
export interface MoreSecrets {
  /** @param slot of the key, which must have none here */
  add(slot: number, secrets: SecretsOfKey): void;
  /** Those of a key, which must have some. */
  remove(slot: number): void;
  of(slot: number): SecretsOfKey;
  /** @param digest SHA-256 of the secret, a character for each byte (`latin1`) */
  find(digest: string): { readonly slot: number; readonly secret: SecretAccess } | undefined;
}

export const noSecrets: SecretsOfKey = { secrets: [], tokens: [] };

export function createMoreSecrets(): MoreSecrets {
  const bySlot = new Map<number, SecretsOfKey>();
  const slots = new Map<string, number>();
  const of = (slot: number) => bySlot.get(slot) ?? noSecrets;

  return {
    of,
    add(slot, secrets) {
      bySlot.set(slot, secrets);
      for (const digest of digestsOf(secrets)) slots.set(digest, slot);
    },
    remove(slot) {
      for (const digest of digestsOf(of(slot))) slots.delete(digest);
      bySlot.delete(slot);
    },
    find(digest) {
      const slot = slots.get(digest);
      if (slot === undefined) return undefined;
      const secret = secretAmong(of(slot), digest);
      return secret && { slot, secret };
    },
  };
}

/** The one of a key with this digest, which is told as `digestsOf` tells them. */
export function secretAmong({ secrets, tokens }: SecretsOfKey, digest: string): SecretAccess | undefined {
  const secret = secrets.find((one) => characters(one.digest) === digest);
  if (secret) return { secretId: secret.secretId, validUntil: secret.validUntil };
  const token = tokens.find((one) => characters(one.digest) === digest);
  if (!token) return undefined;
  const { tokenId, userId, membershipId, secretId } = token;
  return { secretId, validUntil: null, token: { tokenId, userId, membershipId } };
}

export function digestsOf({ secrets, tokens }: SecretsOfKey): readonly string[] {
  return [...secrets, ...tokens].map(({ digest }) => characters(digest));
}

/** A character for each byte: what Node makes of a digest in the least time. */
function characters(digest: string): string {
  return Buffer.from(digest, 'base64url').toString('latin1');
}
