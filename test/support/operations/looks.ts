import { aboutKey } from './keys.js';
import { plain, type Rows } from './row.js';

/** Verification, and what happened. */
export const lookRows: Rows = {
  'GET /v1/keys/{keyId}/history': { statuses: [200, 200, 404, 200, 200, 404], request: aboutKey('/history') },
  'GET /v1/audit/events': plain('/v1/audit/events', [200, 200, 403, 200, 403, 403]),
  'POST /v1/verify': {
    statuses: [200, 200, 200, 200, 403, 403],
    request: async () => ({ path: '/v1/verify', body: { key: 'x' } }),
  },
  'POST /v1/verify/batch': {
    statuses: [200, 200, 200, 200, 403, 403],
    request: async () => ({ path: '/v1/verify/batch', body: { requests: [{ key: 'x' }] } }),
  },
};
