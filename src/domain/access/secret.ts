import { smallFromBase62, toBase62 } from './base62.js';
import { crc32 } from './crc32.js';

/**
 * A secret is `<prefix>_<43><6>`: 32 random bytes in base 62, then the CRC-32 of everything before it,
 * likewise. The checksum refuses typing errors and garbage before any look-up, and lets scanners tell
 * our secrets from chance.
 */
export const secretPrefixes = {
  serviceAccount: 'cks',
  personalToken: 'ckp',
  keyToken: 'ckt',
  publicKey: 'cki',
  operator: 'cka',
} as const;

export type SecretPrefix = (typeof secretPrefixes)[keyof typeof secretPrefixes];

const randomBytesCount = 32;
const bodyLength = 43;
const checksumLength = 6;
export const secretLength = 3 + 1 + bodyLength + checksumLength;
const secretForm = /^ck[spita]_[0-9A-Za-z]{49}$/;
/** Looks ahead, so that overlapping candidates are all found. */
const candidates = /(?=(ck[spita]_[0-9A-Za-z]{49}))/g;

/** Writes a secret from 32 random bytes. The randomness is the caller's: this function has none. */
export function formatSecret(prefix: SecretPrefix, random: Uint8Array): string {
  let value = 0n;
  for (let i = 0; i < randomBytesCount; i++) value = (value << 8n) | BigInt(random[i] ?? 0);
  const unchecked = `${prefix}_${toBase62(value, bodyLength)}`;
  return unchecked + toBase62(BigInt(crc32(unchecked)), checksumLength);
}

/** Whether a text has the form and the checksum of a secret of ours; says nothing about its existence. */
export function isWellFormedSecret(text: string): boolean {
  return hasChecksum(text) && secretForm.test(text);
}

/** Whether a text has the length and the checksum of a secret of ours: what refuses garbage without a look-up. */
export function hasChecksum(text: string): boolean {
  if (text.length !== secretLength) return false;
  const split = secretLength - checksumLength;
  return crc32(text, split) === smallFromBase62(text, split);
}

/** For people: enough to recognise a secret, too little to guess it (`cks_3fQ…x9Za`). */
export function maskSecret(secret: string): string {
  return `${secret.slice(0, 7)}…${secret.slice(-4)}`;
}

/** Whether a text contains a secret of ours anywhere. */
export function containsSecret(text: string): boolean {
  for (const match of text.matchAll(candidates)) {
    if (match[1] !== undefined && isWellFormedSecret(match[1])) return true;
  }
  return false;
}
