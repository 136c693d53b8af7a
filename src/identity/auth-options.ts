import type { BetterAuthOptions } from 'better-auth';
import type { Kysely } from 'kysely';
import { passwordMax, passwordMin } from './credentials.js';
import { type AccountTables, accountSchema } from './database.js';
import { hashPassword, verifyPassword } from './password.js';

export const sessionSeconds = 7 * 86_400;

export interface AuthSettings {
  /** At least 32 bytes, derived from the master key. Whoever changes it ends every session. */
  readonly secret: Buffer;
  /** The address the service is reached at, such as `https://keys.example`. */
  readonly baseUrl: string;
  /** True where browsers reach the service by TLS. */
  readonly secureCookies: boolean;
  readonly newId: () => string;
  /** Told of failures inside better-auth: a fixed sentence, and name and code of the error. */
  readonly report: (message: string, error: { name: string; code: string | undefined }) => void;
}

/** `__Host-` binds the cookie to this very host and to TLS; browsers refuse that prefix on plain http. */
function sessionCookieName(secure: boolean): string {
  return secure ? '__Host-compass_session' : 'compass_session';
}

/** A `Set-Cookie` value that makes the browser forget its session. */
export function clearedCookie(secure: boolean): string {
  const attributes = 'Max-Age=0; Path=/; HttpOnly; SameSite=Lax';
  return `${sessionCookieName(secure)}=; ${attributes}${secure ? '; Secure' : ''}`;
}

/**
 * How better-auth is set up here. Its HTTP handler is not mounted: the calls of its API that we make skip
 * its rate limit, its Origin check and its own routes, and `sign-in-limit.ts` and `origin.ts` stand in.
 */
export function authOptions(database: Kysely<AccountTables>, settings: AuthSettings) {
  const { secret, baseUrl, secureCookies, newId, report } = settings;
  return {
    appName: 'Compass Keys',
    baseURL: baseUrl,
    // As a list, because `secret` alone would be overruled by a variable of the environment.
    secrets: [{ version: 1, value: secret.toString('base64') }],
    database: { db: database, type: 'postgres', schemaName: accountSchema, transaction: true },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: passwordMin,
      // Counted in UTF-16 units there and in characters here, of up to two units.
      maxPasswordLength: 2 * passwordMax,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    ...tables,
    session: { ...tables.session, expiresIn: sessionSeconds, updateAge: 86_400 },
    advanced: {
      cookiePrefix: 'compass',
      useSecureCookies: false,
      cookies: {
        session_token: { name: sessionCookieName(secureCookies), attributes: { secure: secureCookies } },
      },
      // One query where there would be two, so a look-up takes as long whether or not it finds something.
      database: { generateId: newId, joins: true },
      ipAddress: { disableIpTracking: true },
    },
    telemetry: { enabled: false },
    logger: {
      level: 'error',
      // Errors of the database name rows, and so people: only what they are called goes on.
      log: (_level, message, error: unknown) => report(message, nameOf(error)),
    },
  } satisfies BetterAuthOptions;
}

function nameOf(error: unknown): { name: string; code: string | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', code: undefined };
  return { name: error.name, code: 'code' in error ? String(error.code) : undefined };
}

const dates = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Our names for the tables and columns of better-auth. */
const tables = {
  user: { modelName: 'users', fields: { emailVerified: 'email_verified', ...dates } },
  session: {
    modelName: 'sessions',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      ...dates,
    },
  },
  account: {
    modelName: 'credentials',
    fields: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...dates,
    },
  },
  verification: { modelName: 'verifications', fields: { expiresAt: 'expires_at', ...dates } },
};
