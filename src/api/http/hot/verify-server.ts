import { createServer, type RequestListener } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeyPrincipal, Principal } from '../../../application/principal.js';
import { decideAccess } from '../../../domain/access/verdict.js';
import type { Clock } from '../../../platform/clock.js';
import type { Metrics } from '../../../platform/metrics.js';
import type { AccessIndex } from '../../../verification/access-index.js';
import type { UseRecorder } from '../../../verification/uses.js';
import { type Answer, type VerifyRequest, verify } from '../../../verification/verify.js';
import { answerError, type ReportFailure } from '../answer-error.js';
import { problemOfRefusal } from '../answers.js';
import type { Principals } from '../principals.js';
import { createFastify } from '../server.js';
import {
  verdictBatchSchema,
  verdictSchema,
  verifyBatchRequestSchema,
  verifyRequestSchema,
} from './schemas.js';

/**
 * The verification routes, on a Fastify instance of their own: Nest's adapter puts hooks on every route, and
 * these must cost next to nothing. Authentication, rights, problem documents and limits are the same.
 */
export interface VerifyServer {
  /** Whether a request is for these routes. */
  takes(url: string | undefined): boolean;
  readonly handle: RequestListener;
  close(): Promise<void>;
}

interface Parts {
  readonly index: AccessIndex;
  readonly uses: UseRecorder;
  readonly principals: Principals;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly trustedProxies: readonly string[];
  readonly report: ReportFailure;
  /** @throws HttpProblem 503 when verification has not seen the head of the log for too long */
  readonly requireFresh: () => void;
}

const path = '/v1/verify';

export async function createVerifyServer(parts: Parts): Promise<VerifyServer> {
  const { trustedProxies, report, metrics } = parts;
  let handle: RequestListener = () => undefined;
  const app = createFastify({
    trustedProxies,
    report,
    // It never listens: the server of the API hands requests over.
    serverFactory: (handler) => {
      handle = handler;
      return createServer();
    },
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, report));
  app.addHook('onResponse', (_request, reply, done) => {
    metrics.verifyCalls.add(String(reply.statusCode));
    metrics.verifySeconds.observe(reply.elapsedTime / 1000);
    done();
  });
  addRoutes(app, parts);
  await app.ready();
  return {
    takes: (url = '') =>
      url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length))),
    handle: (request, response) => handle(request, response),
    close: () => app.close(),
  };
}

function addRoutes(app: FastifyInstance, parts: Parts): void {
  const { metrics, requireFresh } = parts;
  const instantOf = createInstants(parts.clock);
  const callerOf = rememberCallers(parts);

  function answer(caller: Principal, request: VerifyRequest, at: string): object {
    const verdict = verify(parts, caller, request, at);
    if (verdict === 'forbidden') throw problemOfRefusal({ code: 'right.missing' });
    metrics.verdicts.add(verdict.code);
    return bodyOf(verdict);
  }

  /** A caller that is remembered is answered in the same turn: a promise would cost more than the verdict. */
  function serve(
    request: FastifyRequest,
    reply: FastifyReply,
    answerTo: (caller: Principal, at: string) => object,
  ): Promise<object> | undefined {
    const at = instantOf();
    const known = callerOf.memo(request, at);
    if (!known) return callerOf.identify(request, reply).then((caller) => fresh(caller, instantOf()));
    void reply.send(fresh(known, at));
    return undefined;

    function fresh(caller: Principal, instant: string): object {
      requireFresh();
      return answerTo(caller, instant);
    }
  }

  app.post<{ Body: VerifyRequest }>(
    path,
    { schema: { body: verifyRequestSchema, response: { 200: verdictSchema } } },
    (request, reply) => serve(request, reply, (caller, at) => answer(caller, request.body, at)),
  );

  app.post<{ Body: { readonly requests: readonly VerifyRequest[] } }>(
    `${path}/batch`,
    { schema: { body: verifyBatchRequestSchema, response: { 200: verdictBatchSchema } } },
    (request, reply) =>
      serve(request, reply, (caller, at) => ({
        verdicts: request.body.requests.map((one) => answer(caller, one, at)),
      })),
  );
}

/** The clock's time as an ISO instant, written once a millisecond instead of once a request. */
function createInstants(clock: Clock): () => string {
  let milliseconds = Number.NaN;
  let instant = '';
  return () => {
    const now = clock.now();
    if (now.getTime() !== milliseconds) {
      milliseconds = now.getTime();
      instant = now.toISOString();
    }
    return instant;
  };
}

/** A verdict as it is sent: the facts about the key beside it, named one by one so that nothing else slips in. */
function bodyOf({ allowed, code, checked, grantedBy, key }: Answer): object {
  if (!key) return { allowed, code, checked, grantedBy };
  return {
    allowed,
    code,
    checked,
    grantedBy,
    keyId: key.keyId,
    teamId: key.teamId,
    projectId: key.projectId,
    type: key.type,
    role: key.role,
    scopes: key.scopes,
    environment: key.environment,
    appId: key.appId,
    expiresAt: key.expiresAt,
    secretVersion: key.secretVersion,
    revision: key.revision,
  };
}

interface Callers {
  /** The caller of the request before on the same connection, if it is the same one and nothing about it changed. */
  memo(request: FastifyRequest, at: string): KeyPrincipal | undefined;
  identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal>;
}

/** A gateway sends thousands of requests on one connection: its secret need not be hashed for each of them. */
function rememberCallers({ index, uses, principals }: Parts): Callers {
  const callers = new WeakMap<object, { readonly authorization: string; readonly principal: KeyPrincipal }>();
  return {
    memo({ raw, headers }, at) {
      const known = callers.get(raw.socket);
      if (!known || known.authorization !== headers.authorization) return undefined;
      const { principal } = known;
      const { access, secretId } = principal;
      // Any change of the key makes another record of it.
      if (index.key(access.keyId) !== access) return undefined;
      const secret = access.secrets.find((one) => one.secretId === secretId);
      if (!decideAccess(access, secret, {}, at).allowed) return undefined;
      uses.record({ access, secretId, code: 'VALID', at });
      return principal;
    },
    async identify(request, reply) {
      const { principal, setCookie } = await principals.of(request);
      if (setCookie.length > 0) void reply.header('set-cookie', setCookie);
      const { authorization } = request.headers;
      if (principal.type === 'key' && authorization !== undefined) {
        callers.set(request.raw.socket, { authorization, principal });
      }
      return principal;
    },
  };
}
