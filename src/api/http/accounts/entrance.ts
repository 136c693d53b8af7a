import type { RefusalCode } from '../../../domain/refusals.js';
import { faultOf } from '../../../domain/text.js';
import type { Accounts, CookieHeaders, SignedIn, User } from '../../../identity/accounts.js';
import { AccountsBusy } from '../../../identity/gate.js';
import type { SignInLimit } from '../../../identity/sign-in-limit.js';
import { problemOfRefusal } from '../answers.js';
import { HttpProblem } from '../problem.js';
import type { SignInBody, SignUpBody } from './requests.js';

/** Injection token of `Entrance`. */
export const ENTRANCE = Symbol('entrance');

/** Accounts as HTTP lets people at them: throttled, and open only as far as the installation says. */
export interface Entrance {
  readonly publicUrl: string | undefined;
  readonly supportContact: string | undefined;
  /** @param isInvited by an invitation that holds. @throws HttpProblem */
  signUp(body: SignUpBody, ip: string, isInvited: boolean): Promise<SignedIn>;
  /** @throws HttpProblem */
  signIn(body: SignInBody, ip: string): Promise<SignedIn>;
  signOut(headers: CookieHeaders): Promise<readonly string[]>;
  user(id: string): Promise<User | undefined>;
}

/** The field of the request that each fault is about. */
const fieldOf = {
  'user.email_invalid': 'email',
  'user.email_taken': 'email',
  'user.password_too_short': 'password',
  'user.password_too_long': 'password',
  'user.name_invalid': 'name',
} as const;

interface Parts {
  readonly accounts: Accounts;
  readonly limit: SignInLimit;
  readonly signUpMode: 'open' | 'invite' | 'closed';
  readonly publicUrl: string | undefined;
  readonly supportContact: string | undefined;
}

export function createEntrance(parts: Parts): Entrance {
  const { accounts, limit, signUpMode, publicUrl, supportContact } = parts;

  /** Lets a try through if it is not one too many; a right password gives the try back. */
  async function limited<T extends { readonly ok: boolean }>(
    email: string,
    ip: string,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const allowed = limit.attempt({ email, ip });
    if (!allowed.ok) throw tooMany(allowed.retryAfterSeconds);
    const result = await attempt().catch(rethrowBusy);
    if (result.ok) limit.succeeded({ email, ip });
    return result;
  }

  return {
    publicUrl,
    supportContact,
    async signUp({ email, password, name, teamName }, ip, isInvited) {
      await requireOpen(isInvited);
      // Before the account, which is not in the log and would keep what the log refuses.
      const fault = faultOf({ email, name, teamName });
      if (fault) refuse(fault.code, fault.field);
      const result = await limited(email, ip, () => accounts.signUp({ email, password, name }));
      return result.ok ? result : refuse(result.code, fieldOf[result.code]);
    },
    async signIn(credentials, ip) {
      const result = await limited(credentials.email, ip, () => accounts.signIn(credentials));
      return result.ok ? result : refuse(result.code);
    },
    signOut: (headers) => accounts.signOut(headers),
    user: async (id) => (await accounts.users([id]))[0],
  };

  async function requireOpen(isInvited: boolean): Promise<void> {
    if (signUpMode === 'closed') refuse('sign_up.closed');
    if (signUpMode === 'invite' && !isInvited && (await accounts.hasUsers()))
      refuse('sign_up.invitation_needed');
  }
}

function refuse(code: RefusalCode, field?: string): never {
  throw problemOfRefusal(field === undefined ? { code } : { code, field });
}

function tooMany(retryAfterSeconds: number): HttpProblem {
  return new HttpProblem('sign_in.too_many', 429, 'Too many wrong tries; wait before the next one.', {
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}

function rethrowBusy(error: unknown): never {
  if (!(error instanceof AccountsBusy)) throw error;
  throw new HttpProblem('sign_in.busy', 503, 'Many people sign in right now; try again in a few seconds.', {
    headers: { 'retry-after': '3' },
  });
}
