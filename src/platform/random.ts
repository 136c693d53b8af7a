import { createHash, randomBytes } from 'node:crypto';

/** 32 bytes from the system's secure generator. */
export function randomSecretBytes(): Uint8Array {
  return randomBytes(32);
}

/** SHA-256 of a text in UTF-8, in base64url without padding (43 characters). */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}
