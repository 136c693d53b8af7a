import { requestIdHeader } from './request-id.js';

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "frame-ancestors 'none'",
} as const;

/** What every answer carries; those of the API are never kept by a cache, for some hold a secret. */
export function responseHeaders(path: string, requestId: string): Record<string, string> {
  const headers = { ...always, [requestIdHeader]: requestId };
  return path.startsWith('/v1/') ? { ...headers, 'cache-control': 'no-store' } : headers;
}
