import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../application/principal.js';
import { requestIdOf } from './request-id.js';
import { responseHeaders } from './response-headers.js';

/** Where a page of another origin may present a public key, and how. Never with a cookie. */
const methods: ReadonlyMap<string | undefined, string> = new Map([
  ['/v1/verify', 'POST'],
  ['/v1/whoami', 'GET'],
]);

/** How long a browser may remember the answer to a preflight. */
const maxAgeSeconds = 600;

/**
 * Answers a browser that asks whether a page may send a request. It comes without the key, so that every page
 * is told yes; whether the page may read the answer is decided with the key, by `originHeaders`.
 * @returns whether it was such a question
 */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  const { method, url, headers } = request;
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  const allowed = methods.get(url);
  if (url === undefined || allowed === undefined) return false;
  response.writeHead(204, {
    ...responseHeaders(url, requestIdOf(request)),
    'access-control-allow-origin': '*',
    'access-control-allow-methods': allowed,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': String(maxAgeSeconds),
  });
  response.end();
  return true;
}

/**
 * What lets a page read the answer to its public key. A key that is limited to origins was refused as a
 * credential when it came from another one, so the present one is allowed.
 */
export function originHeaders(principal: Principal, origin: string | undefined): Record<string, string> {
  if (principal.type !== 'key' || !principal.access.public || origin === undefined) return {};
  return { 'access-control-allow-origin': origin, vary: 'Origin' };
}
