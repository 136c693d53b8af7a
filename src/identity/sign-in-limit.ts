import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { LRUCache } from 'lru-cache';
import type { Clock } from '../platform/clock.js';
import { createLru } from '../platform/lru.js';

export const signInWindowSeconds = 15 * 60;
export const triesPerEmail = 10;
export const triesPerNetwork = 100;
/** Addresses and networks remembered at most, each; beyond it the ones idle longest are forgotten. */
export const rememberedMax = 50_000;

export interface SignInTry {
  readonly email: string;
  /** The address of the caller, IPv4 or IPv6. */
  readonly ip: string;
}

/**
 * Throttles guessing: wrong tries per e-mail address and per network in fixed windows of 15 minutes, in
 * this process's memory. Whoever guesses at an address can keep its owner from signing in for that long;
 * sessions already open go on.
 */
export interface SignInLimit {
  /**
   * Counts a try before the password is looked at, so that many at once cannot pass together; one that is
   * refused is not counted. `retryAfterSeconds` is a whole number from 1 to the window's length.
   */
  attempt(signIn: SignInTry): { ok: true } | { ok: false; retryAfterSeconds: number };
  /** The password was right: the address starts afresh and the network gets its try back. */
  succeeded(signIn: SignInTry): void;
}

interface Window {
  tries: number;
  readonly endsAt: number;
}

export function createSignInLimit({ clock }: { clock: Clock }): SignInLimit {
  const emails = createLru<Window>(rememberedMax);
  const networks = createLru<Window>(rememberedMax);

  const windowOf = (windows: LRUCache<string, Window>, name: string, now: number): Window => {
    const known = windows.get(name);
    if (known && known.endsAt > now) return known;
    const fresh = { tries: 0, endsAt: now + signInWindowSeconds * 1000 };
    windows.set(name, fresh);
    return fresh;
  };

  return {
    attempt({ email, ip }) {
      const now = clock.now().getTime();
      const byEmail = windowOf(emails, nameOf(email), now);
      const byNetwork = windowOf(networks, networkOf(ip), now);
      const waits = [
        byEmail.tries < triesPerEmail ? 0 : byEmail.endsAt - now,
        byNetwork.tries < triesPerNetwork ? 0 : byNetwork.endsAt - now,
      ];
      const waitMillis = Math.max(...waits);
      if (waitMillis > 0) return { ok: false, retryAfterSeconds: Math.ceil(waitMillis / 1000) };
      byEmail.tries += 1;
      byNetwork.tries += 1;
      return { ok: true };
    },

    succeeded({ email, ip }) {
      emails.delete(nameOf(email));
      const byNetwork = networks.get(networkOf(ip));
      if (byNetwork && byNetwork.tries > 0) byNetwork.tries -= 1;
    },
  };
}

/** Of fixed length, so that long addresses do not fill the memory, and no address is kept in it. */
function nameOf(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url');
}

/** An IPv4 address, or the /64 of an IPv6 address: whoever has one address there has them all. */
export function networkOf(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? [];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
