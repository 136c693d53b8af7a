import type { FastifyRequest } from 'fastify';
import type { KeyPrincipal, OperatorPrincipal, Principal } from '../../application/principal.js';
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
  /** Whether there is such a team, for operators, who are in none. */
  readonly isTeam: (teamId: string) => Promise<boolean>;
  /** @throws HttpProblem 503 when verification has not seen the head of the log for too long */
  readonly requireFresh: () => void;
}

const harmlessMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export function createPrincipals(parts: Parts): Principals {
  const { accounts, authenticator, uses, clock, requireFresh } = parts;

  /** The key with this secret, counted as a use of it. */
  function ofKey(secret: string, { ip, headers }: Credentials): KeyPrincipal | OperatorPrincipal {
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
    const principal = authenticator.member(session, teamNamedBy(request), clock.now().toISOString());
    if (!principal) throw problemOfRefusal({ code: 'team.not_found' });
    return { principal, setCookie: session.setCookie };
  }

  /** @throws HttpProblem 404 */
  async function inNamedTeam(operator: OperatorPrincipal, request: Credentials): Promise<OperatorPrincipal> {
    const teamId = teamNamedBy(request);
    if (teamId === undefined) return operator;
    if (await parts.isTeam(teamId)) return { ...operator, teamId };
    throw problemOfRefusal({ code: 'team.not_found' });
  }

  return {
    async of(request) {
      const secret = bearerOf(request.headers.authorization);
      if (secret === undefined) return ofSession(request);
      const principal = ofKey(secret, request);
      const isOperator = principal.type === 'operator';
      return { principal: isOperator ? await inNamedTeam(principal, request) : principal, setCookie: [] };
    },
  };
}

/** The team that a person with several, or an operator, wants to act in. */
function teamNamedBy({ headers }: Credentials): string | undefined {
  const teamId = headers['compass-team'];
  return typeof teamId === 'string' ? teamId.toLowerCase() : undefined;
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
