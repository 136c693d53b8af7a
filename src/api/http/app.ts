import { createServer, type RequestListener } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FrameworkLog } from '../../platform/framework-log.js';
import type { Metrics } from '../../platform/metrics.js';
import type { ReportFailure } from './answer-error.js';
import { answerPreflight } from './cors.js';
import { addDocs } from './docs.js';
import type { VerifyServer } from './hot/verify-server.js';
import { ProblemFilter } from './problem-filter.js';
import { createFastify, nodeServerOptions } from './server.js';
import { prepareStop } from './stop-listening.js';
import { RequestValidation } from './validation.js';

export interface HttpAppOptions {
  readonly module: DynamicModule;
  readonly verifyServer: VerifyServer;
  readonly trustedProxies: readonly string[];
  readonly report: ReportFailure;
  readonly log: FrameworkLog;
  readonly metrics: Metrics;
  /** Where other processes listen on the same port. */
  readonly siblings?: ListeningSiblings | undefined;
  readonly onRequest: (request: {
    method: string;
    path: string;
    status: number;
    milliseconds: number;
    id: string;
  }) => void;
}

export interface ListeningSiblings {
  /** Resolves once no process listens any more; called when this one has stopped to. */
  noneListens(): Promise<void>;
}

export interface HttpApp {
  /** @returns the address it is reached at, such as `http://127.0.0.1:8080` */
  listen(host: string, port: number): Promise<string>;
  /** Stops listening and answers what is under way; each answer ends its connection, so that clients go elsewhere. */
  close(): Promise<void>;
}

/**
 * Whether each process may listen by itself on the same port, and the kernel spreads connections over them.
 * Elsewhere Node's cluster hands them out, which costs a way between processes for each.
 */
const kernelSpreads = process.platform === 'linux';

/** The HTTP face: one port, behind it Nest for everything but the verification routes. */
export async function createHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const { module, verifyServer, trustedProxies, report, log, metrics, siblings, onRequest } = options;
  let isDraining = false;
  const fastify = createFastify({
    trustedProxies,
    report,
    serverFactory: (rest) => {
      const listener: RequestListener = (request, response) => {
        if (isDraining) response.setHeader('connection', 'close');
        if (answerPreflight(request, response)) return;
        (verifyServer.takes(request.url) ? verifyServer.handle : rest)(request, response);
      };
      const server = createServer(nodeServerOptions, listener);
      // What drains says so in the head of each answer.
      verifyServer.watch(server, () => !isDraining);
      return server;
    },
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { statusCode: status, elapsedTime: milliseconds } = reply;
    metrics.requests.observe({ method: request.method, route, status: String(status) }, milliseconds / 1000);
    onRequest({ method: request.method, path: route, status, milliseconds, id: request.id });
    done();
  });
  // The types of Nest's adapter lag behind those of the Fastify it uses.
  const adapter = new FastifyAdapter(fastify as never);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: log,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalPipes(new RequestValidation());
  app.useGlobalFilters(new ProblemFilter(report));
  addDocs(app);
  await app.init();
  const stopListening = prepareStop(app.getHttpServer());
  return {
    async listen(host, port) {
      // The types of Fastify do not know the last one, but it hands all of them on.
      const options = { port, host, reusePort: siblings !== undefined && kernelSpreads };
      await app.listen(options);
      return app.getUrl();
    },
    async close() {
      await stopListening(async () => {
        await siblings?.noneListens();
        // Not before: whoever must connect anew would do so here, and wait where the end breaks it off unseen.
        isDraining = true;
      });
      await app.close();
      await verifyServer.close();
    },
  };
}
