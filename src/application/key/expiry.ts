import { done, type Result, refuse } from '../result.js';

const dayMilliseconds = 86_400_000;
export const lifetimeMaxDays = 36_500;

interface Lifetime {
  readonly expiresInDays?: number;
  readonly expiresAt?: string;
}

/** The instant a key expires; nothing when neither is given. A day is 86,400 seconds. */
export function expiryOf({ expiresInDays, expiresAt }: Lifetime, now: Date): Result<{ expiresAt?: string }> {
  if (expiresInDays !== undefined && expiresAt !== undefined) {
    return refuse('key.expiry_ambiguous', 'expiresAt');
  }
  if (expiresInDays !== undefined) return done({ expiresAt: after(now, expiresInDays) });
  if (expiresAt === undefined) return done({});
  const instant = new Date(expiresAt);
  const isInRange = instant > now && instant.toISOString() <= after(now, lifetimeMaxDays);
  return isInRange ? done({ expiresAt: instant.toISOString() }) : refuse('key.expiry_invalid', 'expiresAt');
}

function after(now: Date, days: number): string {
  return new Date(now.getTime() + days * dayMilliseconds).toISOString();
}
