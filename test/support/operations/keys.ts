import { bearer, type Caller } from '../http-client.js';
import { newWalletId, paidService, retiredServiceId } from './billing.js';
import { expectMade } from './made.js';
import { future, nowhere, plain, type Refused, type Request, type Row, type Rows } from './row.js';
import { archivedProjectId } from './teams.js';
import type { World } from './world.js';

/** Who may change a key of the team that nobody else is assigned to, and what the answer then is. */
const changing = (status: number) => [status, status, 404, 403, status, 404] as const;
export const reading = [200, 200, 404, 200, 200, 404] as const;

const managing = { scopes: ['keys'], role: 'admin' };

/** Keys, and what becomes of them. */
export const keyRows: Rows = {
  'POST /v1/keys': {
    statuses: [201, 201, 403, 403, 201, 403],
    request: async () => ({ path: '/v1/keys', body: { name: 'ci' } }),
    refusals: async (world) => [
      creationRefused(400, 'key.name_invalid', { name: '' }),
      creationRefused(400, 'key.expiry_invalid', { expiresAt: '2020-01-01T00:00:00Z' }),
      creationRefused(400, 'key.expiry_ambiguous', { expiresInDays: 1, expiresAt: '2100-01-01T00:00:00Z' }),
      creationRefused(404, 'project.not_found', { projectId: nowhere }),
      creationRefused(404, 'resource.not_found', { resourceIds: [nowhere] }),
      creationRefused(404, 'member.not_found', { userIds: [nowhere] }),
      creationRefused(400, 'key.token_has_one_user', {
        type: 'personal_token',
        userIds: [await world.newMemberId()],
      }),
      creationRefused(404, 'service.not_found', {
        services: [{ serviceId: nowhere, billingPolicy: 'free' }],
      }),
      creationRefused(409, 'project.archived', { projectId: await archivedProjectId(world) }),
      creationRefused(404, 'profile.not_found', { biasProfileId: nowhere }),
      creationRefused(400, 'key.public_is_member', { public: true, role: 'admin' }),
      creationRefused(400, 'key.public_only_infers', { public: true, scopes: ['project'] }),
      creationRefused(400, 'key.public_is_service', { public: true, type: 'personal_token' }),
      creationRefused(400, 'key.origins_need_public', { allowedOrigins: ['https://app.example.com'] }),
      creationRefused(403, 'key.scopes_exceed_caller', { scopes: ['keys'] }, await world.as('manager')),
      creationRefused(
        403,
        'key.expiry_exceeds_caller',
        { expiresInDays: 9 },
        bearer((await world.service.createKey(world.owner, { ...managing, expiresInDays: 8 })).secret),
      ),
      creationRefused(
        403,
        'key.ips_exceed_caller',
        { allowedIps: ['192.0.2.1'] },
        bearer(
          (await world.service.createKey(world.owner, { ...managing, allowedIps: ['127.0.0.0/8'] })).secret,
        ),
      ),
      creationRefused(403, 'key.token_of_another', { type: 'personal_token' }, await world.as('manager')),
      creationRefused(
        403,
        'key.token_exceeds_user',
        { type: 'personal_token', role: 'admin' },
        await world.as('user'),
      ),
    ],
  },
  'GET /v1/keys': {
    ...plain('/v1/keys', [200, 200, 200, 200, 200, 403]),
    refusals: async ({ as }) => [
      { path: `/v1/keys?asOf=${future}`, status: 400, code: 'past.not_yet' },
      {
        path: `/v1/keys?asOf=${new Date().toISOString()}&neverUsed=true`,
        status: 400,
        code: 'list.uses_have_no_past',
      },
      { path: '/v1/keys?requestor=Bob', as: await as('user'), status: 403, code: 'right.missing' },
    ],
  },
  'GET /v1/keys/{keyId}': {
    statuses: reading,
    request: aboutKey(''),
    refusals: async ({ newKeyId }) => {
      const path = `/v1/keys/${await newKeyId()}`;
      return [
        { path: `${path}?asOf=${future}`, status: 400, code: 'past.not_yet' },
        { path: `${path}?asOf=${new Date().toISOString()}&revision=1`, status: 400, code: 'past.ambiguous' },
        { path: `${path}?revision=99`, status: 404, code: 'key.not_found' },
      ];
    },
  },
  'PATCH /v1/keys/{keyId}': {
    statuses: changing(200),
    request: aboutKey('', { description: 'changed' }),
    refusals: async (world) => {
      const path = `/v1/keys/${await world.newKeyId()}`;
      const refused = (status: number, code: string, body: object) => ({ path, body, status, code });
      return [
        refused(400, 'key.name_invalid', { name: '' }),
        refused(400, 'key.expiry_invalid', { expiresAt: '2020-01-01T00:00:00Z' }),
        refused(400, 'key.expiry_ambiguous', { expiresInDays: 1, expiresAt: '2100-01-01T00:00:00Z' }),
        refused(404, 'profile.not_found', { biasProfileId: nowhere }),
        refused(400, 'key.origins_need_public', { allowedOrigins: ['https://app.example.com'] }),
        { ...(await onRevoked(world, '', { description: 'changed' })), status: 409, code: 'key.revoked' },
        { ...(await onItself(world, '', { description: 'changed' })), status: 403, code: 'key.is_itself' },
      ];
    },
  },
  'PUT /v1/keys/{keyId}/status': {
    statuses: changing(200),
    request: aboutKey('/status', { status: 'INACTIVE' }),
    refusals: async (world) => [
      { ...(await onRevoked(world, '/status', { status: 'ACTIVE' })), status: 409, code: 'key.revoked' },
      { ...(await onItself(world, '/status', { status: 'INACTIVE' })), status: 403, code: 'key.is_itself' },
    ],
  },
  'PUT /v1/keys/{keyId}/resources': {
    statuses: changing(200),
    request: aboutKey('/resources', { resourceIds: [] }),
    refusals: async (world) => {
      const path = `/v1/keys/${await world.newKeyId()}/resources`;
      const resourceIds = [await newResourceId(world, 'TPM'), await newResourceId(world, 'PYG')];
      return [
        { path, body: { resourceIds: [nowhere] }, status: 404, code: 'resource.not_found' },
        { path, body: { resourceIds }, status: 409, code: 'resource.model_conflict' },
        {
          path,
          body: { resourceIds: resourceIds.slice(1) },
          as: await world.as('manager'),
          status: 403,
          code: 'key.resources_exceed_caller',
        },
        { ...(await onRevoked(world, '/resources', { resourceIds: [] })), status: 409, code: 'key.revoked' },
      ];
    },
  },
  'PUT /v1/keys/{keyId}/users': {
    statuses: changing(200),
    request: aboutKey('/users', { userIds: [] }),
    refusals: async (world) => [
      {
        path: `/v1/keys/${await world.newKeyId()}/users`,
        body: { userIds: [nowhere] },
        status: 404,
        code: 'member.not_found',
      },
      {
        path: `/v1/keys/${await world.newKeyId({ type: 'personal_token' })}/users`,
        body: { userIds: [] },
        status: 400,
        code: 'key.token_has_one_user',
      },
      { ...(await onRevoked(world, '/users', { userIds: [] })), status: 409, code: 'key.revoked' },
      { ...(await onItself(world, '/users', { userIds: [] })), status: 403, code: 'key.is_itself' },
    ],
  },
  'PUT /v1/keys/{keyId}/services': {
    statuses: changing(200),
    request: aboutKey('/services', { services: [] }),
    refusals: async (world) => {
      const path = `/v1/keys/${await world.newKeyId()}/services`;
      const freeKeyPath = `/v1/keys/${world.owner.freeKey.key.id}/services`;
      const refused = (status: number, code: string, service: object, as?: Caller): Refused => ({
        path,
        body: { services: [service] },
        status,
        code,
        ...(as && { as }),
      });
      const paid = await paidService(world);
      const invoiced = { ...paid, billingPolicy: 'invoiced', walletId: undefined };
      const walletInEuro = await newWalletId(world, 'EUR');
      return [
        refused(404, 'service.not_found', { ...paid, serviceId: nowhere }),
        refused(404, 'service.model_not_found', { ...paid, models: ['falcon'] }),
        refused(404, 'wallet.not_found', { ...paid, walletId: nowhere }),
        refused(400, 'wallet.currency_differs', { ...paid, walletId: walletInEuro }),
        refused(400, 'service.policy_not_offered', { ...paid, billingPolicy: 'free' }),
        refused(400, 'service.models_needed', { ...paid, models: [] }),
        refused(400, 'service.wallet_needed', { ...paid, walletId: undefined }),
        refused(400, 'service.wallet_unused', { ...paid, billingPolicy: 'invoiced' }),
        refused(409, 'service.retired', { ...paid, serviceId: await retiredServiceId(world) }),
        refused(403, 'key.services_exceed_caller', invoiced, await world.as('manager')),
        { path: freeKeyPath, body: { services: [] }, status: 409, code: 'key.free_services_fixed' },
        { ...(await onRevoked(world, '/services', { services: [] })), status: 409, code: 'key.revoked' },
      ];
    },
  },
  'POST /v1/keys/{keyId}/rotate': {
    statuses: changing(200),
    request: aboutKey('/rotate', {}),
    refusals: async (world) => [
      { ...(await onRevoked(world, '/rotate', {})), status: 409, code: 'key.revoked' },
      {
        ...(await onItself(world, '/rotate', { gracePeriodSeconds: 0 })),
        status: 403,
        code: 'key.grace_too_short',
      },
    ],
  },
  'POST /v1/keys/{keyId}/revoke': {
    statuses: changing(200),
    request: aboutKey('/revoke', {}),
    refusals: async ({ owner }) => [
      { path: `/v1/keys/${owner.freeKey.key.id}/revoke`, status: 409, code: 'key.free_is_permanent' },
    ],
  },
  'DELETE /v1/keys/{keyId}': {
    statuses: changing(204),
    request: aboutKey(''),
    refusals: async (world) => [
      { path: `/v1/keys/${world.owner.freeKey.key.id}`, status: 409, code: 'key.free_is_permanent' },
      { ...(await onItself(world, '')), status: 403, code: 'key.is_itself' },
    ],
  },
  'POST /v1/self/revoke': {
    operator: 204,
    statuses: [403, 403, 403, 403, 204, 204],
    request: async () => ({ path: '/v1/self/revoke', body: {} }),
    refusals: async ({ owner: { freeKey } }) => [
      { path: '/v1/self/revoke', as: bearer(freeKey.secret), status: 409, code: 'key.free_is_permanent' },
    ],
  },
};

/** A request about a key made for it. */
export function aboutKey(rest: string, body?: object): Row['request'] {
  return async ({ newKeyId }: World) => ({
    path: `/v1/keys/${await newKeyId()}${rest}`,
    ...(body && { body }),
  });
}

function creationRefused(status: number, code: string, body: object, as?: Caller): Refused {
  return { path: '/v1/keys', body, status, code, ...(as && { as }) };
}

async function onRevoked({ service, owner, newKeyId }: World, rest: string, body?: object): Promise<Request> {
  const keyId = await newKeyId();
  await service.revoke(owner, keyId);
  return { path: `/v1/keys/${keyId}${rest}`, ...(body && { body }) };
}

/** From a key that manages others, about itself. */
async function onItself({ service, owner }: World, rest: string, body?: object) {
  const { key, secret } = await service.createKey(owner, { scopes: ['keys'], role: 'admin' });
  return { path: `/v1/keys/${key.id}${rest}`, as: bearer(secret), ...(body && { body }) };
}

async function newResourceId(world: World, resourceType: string): Promise<string> {
  const body = { name: 'r', model: 'jais-30b', resourceType };
  return (await expectMade<{ resource: { id: string } }>(world, '/v1/resources', body)).resource.id;
}
