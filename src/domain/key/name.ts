/** A name has 1 to 100 characters, none of them a control or a lone surrogate; it is stored trimmed. */
export function isKeyName(name: string): boolean {
  return name.length >= 1 && name.length <= 100 && name === name.trim() && !/\p{C}/u.test(name);
}

/** The last characters of a UUIDv7 are its random ones; the first are the time and repeat. */
export function defaultKeyName(keyId: string): string {
  return `key-${keyId.slice(-8)}`;
}
