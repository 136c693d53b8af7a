import { expectMade } from './made.js';
import { nowhere, type Row, type Rows } from './row.js';
import type { World } from './world.js';

/** Whose token it is, and who manages its key; an admin is not assigned to the owner's keys. */
const usingOne = (status: number) => [status, 403, 404, 403, 403, 404] as const;

/** Tokens of keys. */
export const tokenRows: Rows = {
  'POST /v1/keys/{keyId}/tokens': {
    statuses: usingOne(201),
    request: async ({ newKeyId }) => ({ path: `/v1/keys/${await newKeyId()}/tokens` }),
    refusals: async (world) => [
      { path: (await newToken(world)).replace(/\/[^/]*$/, ''), status: 409, code: 'token.exists' },
      {
        path: `/v1/keys/${await world.newKeyId({ type: 'personal_token' })}/tokens`,
        status: 409,
        code: 'token.key_is_personal',
      },
      { path: `/v1/keys/${await revokedKeyId(world)}/tokens`, status: 409, code: 'key.revoked' },
    ],
  },
  'GET /v1/keys/{keyId}/tokens': {
    statuses: [200, 200, 404, 200, 403, 404],
    request: async ({ newKeyId }) => ({ path: `/v1/keys/${await newKeyId()}/tokens` }),
  },
  'POST /v1/keys/{keyId}/tokens/{tokenId}/rotate': {
    statuses: usingOne(200),
    request: aboutToken('/rotate'),
    refusals: async ({ newKeyId }) => [
      { path: `/v1/keys/${await newKeyId()}/tokens/${nowhere}/rotate`, status: 404, code: 'token.not_found' },
    ],
  },
  'DELETE /v1/keys/{keyId}/tokens/{tokenId}': {
    statuses: [204, 204, 404, 403, 403, 404],
    request: aboutToken(''),
    refusals: async (world) => [
      {
        path: `/v1/keys/${await world.newKeyId()}/tokens/${nowhere}`,
        status: 404,
        code: 'token.not_found',
      },
      { path: `/v1/keys/${await revokedKeyId(world)}/tokens/${nowhere}`, status: 409, code: 'key.revoked' },
    ],
  },
};

function aboutToken(rest: string): Row['request'] {
  return async (world) => ({ path: `${await newToken(world)}${rest}` });
}

/** @returns the address of a token of the owner's, of a key made for it */
async function newToken(world: World): Promise<string> {
  const path = `/v1/keys/${await world.newKeyId()}/tokens`;
  const made = await expectMade<{ token: { id: string } }>(world, path);
  return `${path}/${made.token.id}`;
}

async function revokedKeyId({ service, owner, newKeyId }: World): Promise<string> {
  const keyId = await newKeyId();
  await service.revoke(owner, keyId);
  return keyId;
}
