import type { FastifyRequest } from 'fastify';
import type { KeyPrincipal, Principal } from '../../application/principal.js';
import type { Accounts } from '../../identity/accounts.js';
import { isAllowedOrigin } from '../../identity/origin.js';
import type { Clock } from '../../platform/clock.js';
import type { Authenticator } from '../../verification/authenticator.js';
import type { UseRecorder } from '../../verification/uses.js';
import { problemOfRefusal } from './answers.js';
import { bearerOf, missingCredential, wrongCredential } from './credentials.js';
import { HttpProblem } from './problem.js';

/** Injection token of `Principals`. */
export const PRINCIPALS = Symbol('principals');

export type Credentials = Pick<FastifyRequest, 'method' | 'headers' | 'protocol' | 'host' | 'ip'>;

export interface Identified {
  readonly principal: Principal;
  /** Values for `Set-Cookie`, when the session was prolonged. */
  readonly setCookie: readonly string[];
}

/** Who is asking, by what their request presents: a key as bearer, or the cookie of a session. */
export interface Principals {
  /** @throws HttpProblem 401, 403 (Origin), 404 (team) or 503 (verification is stale) */
  of(request: Credentials): Promise<Identified>;
}

interface Parts {
  readonly accounts: Accounts;
  readonly authenticator: Authenticator;
  readonly uses: UseRecorder;
  readonly clock: Clock;
  readonly publicUrl: string | undefined;
  /** @throws HttpProblem 503 when verification has not seen the head of the log for too long */
  readonly requireFresh: () => void;
}

const harmlessMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createPrincipals(parts: Parts): Principals {
  const { accounts, authenticator, uses, clock, requireFresh } = parts;

  /** The key with this secret, counted as a use of it. */
  function ofKey(secret: string, { ip, headers }: Credentials): KeyPrincipal {
    requireFresh();
    const at = clock.now().toISOString();
    const { origin } = headers;
    const from = { clientIp: ip, ...(origin !== undefined && { origin }) };
    const principal = authenticator.key(secret, from, at);
    if (!principal) throw wrongCredential();
    const { access, secret: presented } = principal;
    uses.record({ access, secret: presented, code: 'VALID', at });
    return principal;
  }

  async function ofSession(request: Credentials): Promise<Identified> {
    const session = await accounts.session(request.headers);
    if (!session) throw missingCredential();
    requireOwnOrigin(request, parts.publicUrl);
    requireFresh();
    const teamId = request.headers['compass-team'];
    const team = typeof teamId === 'string' ? teamId.toLowerCase() : undefined;
    const principal = authenticator.member(session, team, clock.now().toISOString());
    if (!principal) throw problemOfRefusal({ code: 'team.not_found' });
    return { principal, setCookie: session.setCookie };
  }

  return {
    async of(request) {
      const secret = bearerOf(request.headers.authorization);
      return secret === undefined ? ofSession(request) : { principal: ofKey(secret, request), setCookie: [] };
    },
  };
}

/** A cookie is sent by the browser whoever's page asks: what changes something must come from our own. */
export function requireOwnOrigin(request: Credentials, publicUrl: string | undefined): void {
  if (harmlessMethods.has(request.method)) return;
  const { origin } = request.headers;
  const scheme = request.protocol === 'https' ? 'https' : 'http';
  if (isAllowedOrigin({ origin, host: request.host, scheme, publicUrl })) return;
  throw new HttpProblem(
    'origin.not_allowed',
    403,
    'With a session cookie, a request that changes something carries an Origin header equal to this address.',
  );
}
