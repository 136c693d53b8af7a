import { createServer, type RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../../application/principal.js';
import type { Clock } from '../../../platform/clock.js';
import type { Metrics } from '../../../platform/metrics.js';
import type { AccessIndex } from '../../../verification/access-index.js';
import type { UseRecorder } from '../../../verification/uses.js';
import { type VerifyRequest, verify } from '../../../verification/verify.js';
import { answerError, type ReportFailure } from '../answer-error.js';
import { problemOfRefusal } from '../answers.js';
import { originHeaders } from '../cors.js';
import { callerOf } from '../credentials.js';
import type { Principals } from '../principals.js';
import { createFastify } from '../server.js';
import { type Callers, rememberCallers } from './callers.js';
import { createFastLane, type FastLane, jsonType } from './fast-lane.js';
import {
  verdictBatchSchema,
  verdictSchema,
  verifyBatchRequestSchema,
  verifyRequestSchema,
} from './schemas.js';
import { verdictText } from './verdict-text.js';

/**
 * The verification routes, on a Fastify instance of their own: Nest's adapter puts hooks on every route, and
 * these must cost next to nothing. Authentication, rights, problem documents and limits are the same. The
 * question that is asked over and over does not even need Fastify: the fast lane answers it.
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
  const { trustedProxies, report, metrics, index, clock } = parts;
  const shared = { ...parts, callers: rememberCallers(index), instantOf: createInstants(clock) };
  const fastLane = fastLaneOf(shared);
  let rest: RequestListener = () => undefined;
  const app = createFastify({
    trustedProxies,
    report,
    // It never listens: the server of the API hands requests over.
    serverFactory: (handler) => {
      rest = handler;
      return createServer();
    },
  });
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, report));
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const bytes = fastLane.bodyOf(request.raw);
    done(null, bytes ? Readable.from([bytes]) : payload);
  });
  app.addHook('onResponse', (_request, reply, done) => {
    metrics.verifyCalls.add(String(reply.statusCode));
    metrics.verifySeconds.observe(reply.elapsedTime / 1000);
    done();
  });
  addRoutes(app, shared);
  await app.ready();
  return {
    takes: (url = '') =>
      url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length))),
    handle: (request, response) => fastLane.serve(request, response, rest),
    close: () => app.close(),
  };
}

interface Shared extends Parts {
  readonly callers: Callers;
  readonly instantOf: () => string;
}

function addRoutes(app: FastifyInstance, parts: Shared): void {
  const { principals, callers, instantOf, requireFresh } = parts;

  async function identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    const { principal, setCookie } = await principals.of(request);
    if (setCookie.length > 0) void reply.header('set-cookie', setCookie);
    void reply.headers(originHeaders(principal, request.headers.origin));
    if (principal.type === 'key') callers.remember(request.raw, principal);
    requireFresh();
    return principal;
  }

  function answer(caller: Principal, request: VerifyRequest): string {
    const text = answerTo(parts, caller, request, instantOf());
    if (text === undefined) throw problemOfRefusal({ code: 'right.missing' });
    return text;
  }

  // Before the body is looked at: whoever has no credential is told that, and nothing about their request.
  app.addHook('preValidation', async (request, reply) => {
    if (!request.is404) request.principal = await identify(request, reply);
  });

  app.post<{ Body: VerifyRequest }>(
    path,
    { schema: { body: verifyRequestSchema, response: { 200: verdictSchema } } },
    async (request, reply) => reply.type(jsonType).send(answer(callerOf(request), request.body)),
  );

  app.post<{ Body: { readonly requests: readonly VerifyRequest[] } }>(
    `${path}/batch`,
    { schema: { body: verifyBatchRequestSchema, response: { 200: verdictBatchSchema } } },
    async (request, reply) => {
      const caller = callerOf(request);
      const verdicts = request.body.requests.map((one) => answer(caller, one));
      return reply.type(jsonType).send(`{"verdicts":[${verdicts.join()}]}`);
    },
  );
}

/** What a caller is told, in JSON; undefined when they may not ask. */
function answerTo(parts: Shared, caller: Principal, request: VerifyRequest, at: string): string | undefined {
  const verdict = verify(parts, caller, request, at);
  if (verdict === 'forbidden') return undefined;
  parts.metrics.verdicts.add(verdict.code);
  return verdictText(verdict);
}

function fastLaneOf(parts: Shared): FastLane {
  const { uses, callers, instantOf, metrics, requireFresh } = parts;
  return createFastLane({
    path,
    find: callers.find,
    answer(known, question) {
      requireFresh();
      const at = instantOf();
      const caller = callers.recall(known, at);
      const text = caller && answerTo(parts, caller, question, at);
      if (text) uses.record({ access: caller.access, secretId: caller.secretId, code: 'VALID', at });
      return text;
    },
    onAnswer(seconds) {
      metrics.verifyCalls.add('200');
      metrics.verifySeconds.observe(seconds);
    },
  });
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
