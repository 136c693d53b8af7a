import { createServer, type RequestListener, type Server } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KeyPrincipal, Principal } from '../../../application/principal.js';
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
import { verifyBatchRequestSchema, verifyRequestSchema } from './schemas.js';
import { createTurns, type Turn } from './turns.js';
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
  /** Answers what it can on the server's connections by a shorter way yet, as long as it may. */
  watch(server: Server, mayAnswer: () => boolean): void;
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
  const { trustedProxies, report, metrics, index } = parts;
  const shared = { ...parts, callers: rememberCallers(index) };
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
    watch: fastLane.watch,
    close: () => app.close(),
  };
}

interface Shared extends Parts {
  readonly callers: Callers;
}

function addRoutes(app: FastifyInstance, parts: Shared): void {
  const { principals, callers, clock, requireFresh } = parts;

  async function identify(request: FastifyRequest, reply: FastifyReply): Promise<Principal> {
    const { principal, setCookie } = await principals.of(request);
    if (setCookie.length > 0) void reply.header('set-cookie', setCookie);
    void reply.headers(originHeaders(principal, request.headers.origin));
    if (principal.type === 'key') callers.remember(request.raw, principal);
    requireFresh();
    return principal;
  }

  function answer(caller: Principal, request: VerifyRequest): string {
    const text = answerTo(parts, caller, request, clock.now().toISOString());
    if (text === undefined) throw problemOfRefusal({ code: 'right.missing' });
    return text;
  }

  // Before the body is looked at: whoever has no credential is told that, and nothing about their request.
  app.addHook('preValidation', async (request, reply) => {
    if (!request.is404) request.principal = await identify(request, reply);
  });

  app.post<{ Body: VerifyRequest }>(path, { schema: { body: verifyRequestSchema } }, async (request, reply) =>
    reply.type(jsonType).send(answer(callerOf(request), request.body)),
  );

  app.post<{ Body: { readonly requests: readonly VerifyRequest[] } }>(
    `${path}/batch`,
    { schema: { body: verifyBatchRequestSchema } },
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

/** What the requests of one turn have in common, so that it is done once for all of them. */
interface VerifyTurn extends Turn {
  /** Answers that were given. */
  count: number;
  /** Those who asked, and how often. */
  readonly callers: Map<KeyPrincipal, number>;
}

function fastLaneOf(parts: Shared): FastLane {
  const { uses, callers, clock, metrics, requireFresh } = parts;
  const turns = createTurns<VerifyTurn>({
    clock,
    begin(turn) {
      requireFresh();
      return { ...turn, count: 0, callers: new Map() };
    },
    end({ at, since, count, callers: asked }) {
      metrics.verifyCalls.add('200', count);
      metrics.verifySeconds.observe((performance.now() - since) / 1_000, count);
      for (const [{ access, secret }, times] of asked)
        uses.record({ access, secret, code: 'VALID', at, count: times });
    },
  });
  return createFastLane({
    path,
    find: callers.find,
    answer(known, question) {
      const turn = turns();
      const caller = callers.recall(known, turn.at);
      if (!caller) return undefined;
      const text = answerTo(parts, caller, question, turn.at);
      if (text === undefined) return undefined;
      turn.count += 1;
      turn.callers.set(caller, (turn.callers.get(caller) ?? 0) + 1);
      return { text, milliseconds: turn.milliseconds };
    },
  });
}
