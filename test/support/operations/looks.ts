import { aboutKey, reading } from './keys.js';
import { future, nowhere, plain, type Rows } from './row.js';

const decision = '/v1/audit/decision';
const lately = () => new Date().toISOString();

/** Verification, and what happened. */
export const lookRows: Rows = {
  'GET /v1/keys/{keyId}/history': { statuses: reading, request: aboutKey('/history') },
  'GET /v1/keys/{keyId}/diff': {
    statuses: reading,
    request: aboutKey('/diff?from=1'),
    refusals: async ({ newKeyId }) => {
      const path = `/v1/keys/${await newKeyId()}/diff`;
      return [
        { path: `${path}?from=2&to=1`, status: 400, code: 'diff.backwards' },
        { path: `${path}?from=${future}`, status: 400, code: 'past.not_yet' },
        { path: `${path}?from=99`, status: 404, code: 'key.not_found' },
      ];
    },
  },
  'GET /v1/keys/{keyId}/uses': { statuses: reading, request: aboutKey('/uses') },
  'GET /v1/audit/events': plain('/v1/audit/events', [200, 200, 403, 200, 403, 403]),
  'POST /v1/audit/decision': {
    statuses: reading,
    operator: 200,
    request: async ({ newKeyId }) => ({ path: decision, body: { keyId: await newKeyId(), at: lately() } }),
    refusals: async ({ newKeyId }) => [
      {
        path: decision,
        body: { keyId: await newKeyId(), at: future },
        status: 400,
        code: 'past.not_yet',
      },
      { path: decision, body: { keyId: nowhere, at: lately() }, status: 404, code: 'key.not_found' },
    ],
  },
  'POST /v1/verify': {
    statuses: [200, 200, 200, 200, 403, 403],
    operator: 200,
    request: async () => ({ path: '/v1/verify', body: { key: 'x' } }),
  },
  'POST /v1/verify/batch': {
    statuses: [200, 200, 200, 200, 403, 403],
    operator: 200,
    request: async () => ({ path: '/v1/verify/batch', body: { requests: [{ key: 'x' }] } }),
  },
};
