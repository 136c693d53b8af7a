import { formatSecret, maskSecret, type SecretPrefix, secretPrefixes } from '../domain/access/secret.js';
import type { KeyType, SecretRecord } from '../domain/key/events.js';
import { newId } from '../platform/ids.js';
import { randomSecretBytes, sha256 } from '../platform/random.js';

/** A secret in clear text, to be shown once, and what is stored of it. */
export interface NewSecret {
  readonly secret: string;
  readonly record: SecretRecord;
}

export function makeSecret(prefix: SecretPrefix): NewSecret {
  const secret = formatSecret(prefix, randomSecretBytes());
  const record: SecretRecord = {
    secretId: newId(),
    digest: sha256(secret),
    digestAlgorithm: 'sha-256',
    format: 'compass-1',
    maskedSecret: maskSecret(secret),
    validUntil: null,
  };
  return { secret, record };
}

/** The prefix tells whoever finds a secret what kind of key it belongs to. */
export function secretPrefixOf(key: { readonly keyType: KeyType; readonly public: boolean }): SecretPrefix {
  if (key.public) return secretPrefixes.publicKey;
  return key.keyType === 'personal_token' ? secretPrefixes.personalToken : secretPrefixes.serviceAccount;
}
