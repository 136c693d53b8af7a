import { hash } from 'node:crypto';
import type { SecretRecord } from '../../src/domain/key/events.js';
import { idOfStream, type Recorded } from '../../src/domain/recorded.js';

/** What the log says of a key, as far as a bare question about its secret goes. */
interface Known {
  /** By digest: until when each secret is good; null is as long as the key. */
  readonly secrets: Map<string, string | null>;
  newest: string;
  /** Of its users' tokens, by id: the digest of the newest secret, the one that is good. */
  readonly tokens: Map<string, string>;
  isDisabled: boolean;
  isRevoked: boolean;
  expiresAt: string | null;
}

/**
 * Verdicts by another way than the product's: from the events of the log, written anew and as plainly as possible,
 * so that one mistake is not made twice.
 */
export interface Oracle {
  apply(recorded: Recorded): void;
  /** The code of the verdict about a secret of which nothing more is asked. @param at ISO instant */
  verdict(secret: string, at: string): string;
}

export function createOracle(): Oracle {
  const keys = new Map<string, Known>();
  const byDigest = new Map<string, Known>();

  function addSecret(key: Known, { digest, validUntil }: SecretRecord): void {
    key.secrets.set(digest, validUntil);
    key.newest = digest;
    byDigest.set(digest, key);
  }

  function drop(keyId: string): void {
    keys.get(keyId)?.secrets.clear();
    keys.get(keyId)?.tokens.clear();
    keys.delete(keyId);
  }

  return {
    apply({ stream, event }) {
      const keyId = idOfStream(stream);
      if (event.type === 'KeyCreated') {
        const expiresAt = event.expiresAt ?? null;
        const made = {
          secrets: new Map<string, string | null>(),
          newest: '',
          tokens: new Map<string, string>(),
          isDisabled: false,
          isRevoked: false,
          expiresAt,
        };
        keys.set(keyId, made);
        addSecret(made, event.secret);
        return;
      }
      const key = keys.get(keyId);
      if (!key) return;
      if (event.type === 'KeyRotated') {
        // Only the one that is replaced lives on, for its grace.
        const { newest } = key;
        key.secrets.clear();
        if (event.previousValidUntil > event.rotatedAt) key.secrets.set(newest, event.previousValidUntil);
        addSecret(key, event.secret);
      }
      if (event.type === 'KeyTokenIssued' || event.type === 'KeyTokenRotated') {
        key.tokens.set(event.tokenId, event.secret.digest);
        byDigest.set(event.secret.digest, key);
      }
      if (event.type === 'KeyTokenRevoked') key.tokens.delete(event.tokenId);
      if (event.type === 'StatusChanged' && event.status !== 'EXPIRED') {
        key.isDisabled = event.status === 'INACTIVE';
      }
      if (event.type === 'ExpiryChanged') key.expiresAt = event.expiresAt;
      if (event.type === 'KeyRevoked') key.isRevoked = true;
      if (event.type === 'KeyDeleted') drop(keyId);
    },
    verdict(secret, at) {
      const digest = hash('sha256', secret, 'base64url');
      const key = byDigest.get(digest);
      const isToken = key !== undefined && [...key.tokens.values()].includes(digest);
      const validUntil = isToken ? null : key?.secrets.get(digest);
      if (!key || validUntil === undefined) return 'NOT_FOUND';
      if (validUntil !== null && at >= validUntil) return 'NOT_FOUND';
      if (key.isRevoked) return 'REVOKED';
      if (key.expiresAt !== null && at >= key.expiresAt) return 'EXPIRED';
      return key.isDisabled ? 'INACTIVE' : 'VALID';
    },
  };
}
