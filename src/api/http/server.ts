import type { ServerOptions } from 'node:http';
import { type FastifyInstance, type FastifyRequest, type FastifyServerFactory, fastify } from 'fastify';
import { rememberMethods } from './allowed-methods.js';
import { answerError, type ReportFailure } from './answer-error.js';
import { answerClientError } from './client-error.js';
import { bodyMaxBytes, fault } from './faults.js';
import { takeJsonOnly } from './json-body.js';
import { requestIdOf } from './request-id.js';
import { responseHeaders } from './response-headers.js';
import { schemaErrors } from './schema-errors.js';
import { buildValidator } from './validators.js';

/** How long a request may take to arrive. */
const requestTimeoutMilliseconds = 30_000;

/**
 * How long an idle connection is kept. Gateways and load balancers keep theirs for a minute; were ours shorter, a request
 * would now and then meet a connection that is just being closed.
 */
const keepAliveMilliseconds = 72_000;

/**
 * For whoever makes the server in a `serverFactory`: by itself, Node would answer a missing Host without a
 * document, wait minutes for a request, and close a connection that is idle for five seconds.
 */
export const nodeServerOptions = {
  requireHostHeader: false,
  keepAliveTimeout: keepAliveMilliseconds,
  requestTimeout: requestTimeoutMilliseconds,
} as const satisfies ServerOptions;

export interface HttpOptions {
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed; none means nobody's. */
  readonly trustedProxies: readonly string[];
  readonly report: ReportFailure;
  /** Makes the server that listens, where Fastify is not to make it. */
  readonly serverFactory?: FastifyServerFactory;
}

/**
 * A Fastify instance as the API needs it: problem documents for whatever goes wrong before a handler,
 * bodies in JSON of at most 64 KiB, a request id in every answer, and the headers of `responseHeaders`.
 * Errors thrown later are the business of its error handler, which Nest sets.
 */
export function createFastify({ trustedProxies, report, serverFactory }: HttpOptions): FastifyInstance {
  const app = fastify({
    // Schemas of routes say what is accepted; they never change what was sent. That they are schemas is looked at where
    // the API's document is checked: here it would cost every start the making of the schema of schemas.
    ajv: {
      customOptions: {
        allErrors: true,
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        validateSchema: false,
      },
    },
    bodyLimit: bodyMaxBytes,
    clientErrorHandler: answerClientError,
    // The router calls this instead of the hooks.
    frameworkErrors: (error, request, reply) => {
      reply.headers(responseHeaders(pathOf(request), request.id));
      answerError(error, request, reply, report);
    },
    genReqId: (request) => requestIdOf(request),
    http: nodeServerOptions,
    logger: false,
    requestTimeout: requestTimeoutMilliseconds,
    // While it closes, a request on an open connection is answered as any other, then the connection ends.
    return503OnClosing: false,
    schemaController: { compilersFactory: { buildValidator } },
    schemaErrorFormatter: (errors) => fault('request.invalid', { errors: schemaErrors(errors) }),
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    ...(serverFactory && { serverFactory }),
  });
  takeJsonOnly(app);
  const methodsOf = rememberMethods(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(responseHeaders(pathOf(request), request.id));
    done(refusalOf(request, methodsOf));
  });
  return app;
}

function refusalOf(request: FastifyRequest, methodsOf: (path: string) => string[]): Error | undefined {
  // RFC 9112, section 3.2: a server must refuse this.
  if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
    return fault('request.malformed');
  if (!request.is404) return undefined;
  const methods = methodsOf(pathOf(request));
  if (methods.length === 0) return fault('route.not_found');
  return fault('route.method_not_allowed', { headers: { allow: methods.join(', ') } });
}

function pathOf({ url }: FastifyRequest): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
