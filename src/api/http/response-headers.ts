import { requestIdHeader } from './request-id.js';

const always = { 'x-content-type-options': 'nosniff' } as const;
const notKept = { ...always, 'cache-control': 'no-store' } as const;
const againstFrames = {
  'referrer-policy': 'no-referrer',
  'content-security-policy': "frame-ancestors 'none'",
} as const;

/** What every answer carries. */
export function responseHeaders(path: string, requestId: string): Record<string, string> {
  return { ...fixedResponseHeaders(path), [requestIdHeader]: requestId };
}

/**
 * Those that are the same for every request. Answers of the API are never kept by a cache, for some hold a
 * secret. A verdict is only given to a POST, so no browser frames one, and gateways ask for thousands a second.
 */
export function fixedResponseHeaders(path: string): Record<string, string> {
  if (path.startsWith('/v1/verify')) return notKept;
  return path.startsWith('/v1/') ? { ...notKept, ...againstFrames } : { ...always, ...againstFrames };
}
