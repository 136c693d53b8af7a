import { betterAuth } from 'better-auth';
import { isAPIError } from 'better-auth/api';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { type AuthSettings, authOptions, clearedCookie } from './auth-options.js';
import {
  areCredentials,
  type CredentialFault,
  type Credentials,
  faultOf,
  normalizedEmail,
} from './credentials.js';
import { type AccountTables, accountDatabase, accountSchema } from './database.js';
import { createGate } from './gate.js';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export interface SignedIn {
  readonly ok: true;
  readonly user: User;
  /** Values for `Set-Cookie`. */
  readonly setCookie: readonly string[];
}

export interface Session {
  readonly sessionId: string;
  readonly userId: string;
  /** Not empty once a day, when the session has been prolonged: send these with the answer. */
  readonly setCookie: readonly string[];
}

/** Any header object of Node or Fastify; nothing but the cookie is looked at. */
export interface CookieHeaders {
  readonly cookie?: string | undefined;
}

type Refused<Code> = { readonly ok: false; readonly code: Code };

/** People's accounts, passwords and sessions. Throttling and the Origin check are the caller's. */
export interface Accounts {
  /**
   * A new user with a session. With the address and the password of an existing one: that user
   * (`existed`, with the name of then), so that a sign-up which stopped half way can be completed.
   * As that answers whether a password is right, throttle it like `signIn`.
   * @throws AccountsBusy when too many passwords wait to be hashed
   */
  signUp(
    person: Credentials & { readonly name: string },
  ): Promise<(SignedIn & { readonly existed: boolean }) | Refused<CredentialFault | 'user.email_taken'>>;
  /**
   * A new session. Does the same work whether or not there is such a user.
   * @throws AccountsBusy when too many passwords wait to be hashed
   */
  signIn(credentials: Credentials): Promise<SignedIn | Refused<'user.wrong_credentials'>>;
  /** Ends the session of the cookie, if it has one, and answers the `Set-Cookie` values that clear it. */
  signOut(headers: CookieHeaders): Promise<readonly string[]>;
  /** The live session of the cookie, prolonged when it is older than a day. */
  session(headers: CookieHeaders): Promise<Session | undefined>;
  /** Those users that exist, in no order. */
  users(ids: readonly string[]): Promise<readonly User[]>;
  /** Whether anybody has signed up yet. */
  hasUsers(): Promise<boolean>;
}

// Hashing takes a processor for tens of milliseconds, and a sign-up holds a connection meanwhile.
const atOnceMax = 2;
const waitingMax = 100;

/** @throws Error when better-auth refuses the settings. Asks neither database nor network yet. */
export async function createAccounts(settings: AuthSettings & { readonly pool: pg.Pool }): Promise<Accounts> {
  const accounts = accountDatabase(settings.pool);
  const auth = betterAuth(authOptions(accounts, settings));
  const { internalAdapter } = await auth.$context;
  const database = accounts.withSchema(accountSchema);
  const gate = createGate({ atOnceMax, waitingMax });

  const enter = async (credentials: Credentials): Promise<SignedIn | undefined> => {
    try {
      const { email, password } = credentials;
      const { headers, response } = await auth.api.signInEmail({
        body: { email, password },
        returnHeaders: true,
      });
      await forgetExpiredSessions(database, response.user.id);
      return signedIn(response.user, headers);
    } catch (error) {
      if (codeOf(error) === 'INVALID_EMAIL_OR_PASSWORD') return undefined;
      throw error;
    }
  };

  const join = async (person: Credentials & { name: string }): ReturnType<Accounts['signUp']> => {
    try {
      const { headers, response } = await auth.api.signUpEmail({ body: { ...person }, returnHeaders: true });
      return { ...signedIn(response.user, headers), existed: false };
    } catch (error) {
      // Found beforehand, or made by another sign-up since: then the insert failed.
      if (!codeOf(error)?.startsWith('USER_ALREADY_EXISTS') && !(await isKnown(database, person.email)))
        throw error;
      const existing = await enter(person);
      return existing ? { ...existing, existed: true } : { ok: false, code: 'user.email_taken' };
    }
  };

  const find = async ({ cookie }: CookieHeaders) => {
    if (cookie === undefined) return undefined;
    try {
      const { headers, response } = await auth.api.getSession({
        headers: new Headers({ cookie }),
        returnHeaders: true,
      });
      return response ? { ...response.session, setCookie: headers.getSetCookie() } : undefined;
    } catch (error) {
      // It was ended between finding and prolonging it.
      if (isAPIError(error) && error.statusCode === 401) return undefined;
      // What went wrong in the database, which better-auth wraps.
      throw isAPIError(error) ? (error.cause ?? error) : error;
    }
  };

  return {
    async signUp({ email, password, name }) {
      const person = { email: normalizedEmail(email), password, name: name.trim() };
      const fault = faultOf(person);
      return fault ? { ok: false, code: fault } : gate.run(() => join(person));
    },

    async signIn({ email, password }) {
      const credentials = { email: normalizedEmail(email), password };
      const entered = areCredentials(credentials) ? await gate.run(() => enter(credentials)) : undefined;
      return entered ?? { ok: false, code: 'user.wrong_credentials' };
    },

    async signOut(headers) {
      // Not better-auth's own sign-out, which says yes even when the session could not be deleted.
      const session = await find(headers);
      if (session) await internalAdapter.deleteSession(session.token);
      return [clearedCookie(settings.secureCookies)];
    },

    async session(headers) {
      const session = await find(headers);
      return session && { sessionId: session.id, userId: session.userId, setCookie: session.setCookie };
    },

    users: (ids) =>
      database
        .selectFrom('users')
        .select(['id', 'email', 'name'])
        .where('id', '=', sql<string>`any(${ids}::uuid[])`)
        .execute(),

    async hasUsers() {
      const anybody = await database.selectFrom('users').select('id').limit(1).executeTakeFirst();
      return anybody !== undefined;
    },
  };
}

function signedIn({ id, email, name }: User, headers: Headers): SignedIn {
  return { ok: true, user: { id, email, name }, setCookie: headers.getSetCookie() };
}

function codeOf(error: unknown): string | undefined {
  return isAPIError(error) ? error.body?.code : undefined;
}

async function isKnown(database: Kysely<AccountTables>, email: string): Promise<boolean> {
  const user = await database.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  return user !== undefined;
}

/** Sessions that ran out without being used again would stay for ever. */
async function forgetExpiredSessions(database: Kysely<AccountTables>, userId: string): Promise<void> {
  await database
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .where('expires_at', '<=', sql<Date>`now()`)
    .execute();
}
