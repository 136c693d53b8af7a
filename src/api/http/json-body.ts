import type { FastifyInstance } from 'fastify';
import { fault } from './faults.js';

/**
 * Replaces the body parsers of an instance by one for JSON, so that every other type is 415: a form could
 * be sent by a page of another site with the cookie of a session. An empty body is undefined.
 */
export function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, bytes: Buffer) => parseJsonBody(bytes),
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws HttpProblem `request.malformed_json` */
function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    throw fault('request.malformed_json');
  }
}
