export const emailMax = 254;
export const passwordMin = 12;
export const passwordMax = 128;
export const nameMax = 100;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export type CredentialFault =
  | 'user.email_invalid'
  | 'user.password_too_short'
  | 'user.password_too_long'
  | 'user.name_invalid';

/** One spelling per address: without surrounding space, in lower case. */
export function normalizedEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The first thing wrong with a normalised address, a password and a trimmed name. Lengths in characters. */
export function faultOf(given: Credentials & { readonly name: string }): CredentialFault | undefined {
  if (!isEmail(given.email)) return 'user.email_invalid';
  const passwordLength = [...given.password].length;
  if (passwordLength < passwordMin) return 'user.password_too_short';
  if (passwordLength > passwordMax) return 'user.password_too_long';
  return nameForm.test(given.name) ? undefined : 'user.name_invalid';
}

/** Whether anybody could have signed up with these; if not, nothing needs to be looked up. */
export function areCredentials({ email, password }: Credentials): boolean {
  return faultOf({ email, password, name: 'any' }) === undefined;
}

// No control characters, line separators or halves of a surrogate pair.
const nameForm = new RegExp(`^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${nameMax}}$`, 'u');

// ASCII with a dotted domain: what better-auth takes, which checks it again.
const emailForm = /^([a-z0-9_'+-]+\.)*[a-z0-9_'+-]*[a-z0-9_+-]@([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/;

/** @param email normalised */
export function isEmail(email: string): boolean {
  return email.length <= emailMax && emailForm.test(email);
}
