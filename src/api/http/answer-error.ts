import type { FastifyReply, FastifyRequest } from 'fastify';
import { fault, problemOf } from './faults.js';
import { outageOf } from './outages.js';
import { problem, problemContentType } from './problem.js';
import { isWritten } from './receipts.js';

/** Told of errors that are no answer: bugs and broken dependencies. */
export type ReportFailure = (error: unknown, requestId: string) => void;

/**
 * Answers whatever was thrown with a problem document, or, when an answer is under way already, ends the
 * connection so that nobody takes the half for the whole.
 */
export function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  report: ReportFailure,
): void {
  // The caller hung up in the middle of the request: it is nobody's bug, and nobody listens.
  if (request.raw.readableAborted) return;
  const known = problemOf(error) ?? outageOf(error, isWritten(reply));
  if (!known) report(error, request.id);
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  const { code, status, detail, more } = known ?? fault('server.failed');
  const document = problem(code, status, detail, { requestId: request.id, errors: more.errors });
  reply
    .code(status)
    .headers({ ...more.headers, 'content-type': problemContentType })
    // As bytes: to text Fastify adds a charset, which this media type does not have.
    .send(Buffer.from(JSON.stringify(document)));
}
