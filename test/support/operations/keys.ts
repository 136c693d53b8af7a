import type { Caller } from '../http-client.js';
import { nowhere, plain, type Refused, type Row, type Rows } from './row.js';
import type { World } from './world.js';

/** Keys, their verification, and what happened to them. */
export const keyRows: Rows = {
  'POST /v1/keys': {
    statuses: [201, 201, 403, 403, 201, 403],
    request: async () => ({ path: '/v1/keys', body: { name: 'ci' } }),
    refusals: async ({ as }) => [
      creationRefused(400, 'key.name_invalid', { name: '' }),
      creationRefused(400, 'key.expiry_invalid', { expiresAt: '2020-01-01T00:00:00Z' }),
      creationRefused(400, 'key.expiry_ambiguous', { expiresInDays: 1, expiresAt: '2100-01-01T00:00:00Z' }),
      creationRefused(404, 'project.not_found', { projectId: nowhere }),
      creationRefused(403, 'key.scopes_exceed_caller', { scopes: ['keys'] }, await as('manager')),
    ],
  },
  'GET /v1/keys': plain('/v1/keys', [200, 200, 200, 200, 200, 403]),
  'GET /v1/keys/{keyId}': { statuses: [200, 200, 404, 200, 200, 404], request: aboutKey('') },
  'POST /v1/keys/{keyId}/revoke': {
    statuses: [200, 200, 404, 403, 200, 404],
    request: aboutKey('/revoke', {}),
    refusals: async ({ owner }) => [
      { path: `/v1/keys/${owner.freeKey.key.id}/revoke`, status: 409, code: 'key.free_is_permanent' },
    ],
  },
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

/** A request about a key made for it. */
function aboutKey(rest: string, body?: object): Row['request'] {
  return async ({ newKeyId }: World) => ({
    path: `/v1/keys/${await newKeyId()}${rest}`,
    ...(body && { body }),
  });
}

function creationRefused(status: number, code: string, body: object, as?: Caller): Refused {
  return { path: '/v1/keys', body, status, code, ...(as && { as }) };
}
