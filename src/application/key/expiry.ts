import { done, type Result, refuse } from '../result.js';

export const dayMilliseconds = 86_400_000;
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
  if (expiresInDays !== undefined) return done({ expiresAt: daysAfter(now, expiresInDays) });
  if (expiresAt === undefined) return done({});
  const instant = new Date(expiresAt).toISOString();
  return isLifetimeEnd(instant, now)
    ? done({ expiresAt: instant })
    : refuse('key.expiry_invalid', 'expiresAt');
}

/** The same of a change, where null takes the expiry away. */
export function expiryChangeOf(
  { expiresInDays, expiresAt }: { readonly [F in keyof Lifetime]?: Lifetime[F] | null | undefined },
  now: Date,
): Result<{ expiresAt?: string | null }> {
  const given = [expiresInDays, expiresAt].filter((one) => one !== undefined);
  if (given.length > 0 && given.every((one) => one === null)) return done({ expiresAt: null });
  if (given.includes(null)) return refuse('key.expiry_ambiguous', 'expiresAt');
  return expiryOf(
    {
      ...(typeof expiresInDays === 'number' && { expiresInDays }),
      ...(typeof expiresAt === 'string' && { expiresAt }),
    },
    now,
  );
}

/** The field of a request that asks for an expiry. */
export function expiryFieldOf({ expiresInDays }: { readonly expiresInDays?: number | null }): string {
  return expiresInDays === undefined ? 'expiresAt' : 'expiresInDays';
}

/** Whether something that lives from now on may end then. @param instant ISO, in UTC with milliseconds */
export function isLifetimeEnd(instant: string, now: Date): boolean {
  return instant > now.toISOString() && instant <= daysAfter(now, lifetimeMaxDays);
}

export function daysAfter(now: Date, days: number): string {
  return new Date(now.getTime() + days * dayMilliseconds).toISOString();
}
