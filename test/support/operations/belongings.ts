import { expectMade } from './made.js';
import { plain, type Refused, type Row, type Rows } from './row.js';
import type { World } from './world.js';

const resources = '/v1/resources';
const profiles = '/v1/bias-profiles';
const resource = { name: 'Tokens per minute', model: 'jais-30b', resourceType: 'TPM' };
const profile = { name: 'Cautious', settings: { tone: 'kind' } };

/** All of a team see these; owners and admins change them. */
const changing = (status: number) => [status, status, 403, 403, 403, 403] as const;
const reading = [200, 200, 200, 200, 200, 403] as const;
/** Without the scope `keys`, a key does not even see that one is there. */
const readingOne = [200, 200, 200, 200, 200, 404] as const;
const changingOne = [200, 200, 403, 403, 403, 404] as const;

/** What a team gives to its keys: resources and bias profiles. */
export const belongingRows: Rows = {
  'POST /v1/resources': {
    statuses: changing(201),
    request: async () => ({ path: resources, body: resource }),
    refusals: async () => [
      refused(400, 'resource.name_invalid', resources, { ...resource, name: ' ' }),
      refused(400, 'resource.model_invalid', resources, { ...resource, model: ' ' }),
    ],
  },
  'GET /v1/resources': plain(resources, reading),
  'GET /v1/resources/{resourceId}': { statuses: readingOne, request: aboutResource('') },
  'PUT /v1/resources/{resourceId}/status': {
    statuses: changingOne,
    request: aboutResource('/status', { status: 'inactive' }),
  },
  'POST /v1/bias-profiles': {
    statuses: changing(201),
    request: async () => ({ path: profiles, body: profile }),
    refusals: async () => [
      refused(400, 'profile.name_invalid', profiles, { ...profile, name: ' ' }),
      refused(400, 'profile.settings_too_large', profiles, {
        ...profile,
        settings: { a: 'a'.repeat(8_192) },
      }),
    ],
  },
  'GET /v1/bias-profiles': plain(profiles, reading),
  'GET /v1/bias-profiles/{profileId}': { statuses: readingOne, request: aboutProfile('') },
  'PATCH /v1/bias-profiles/{profileId}': {
    statuses: changingOne,
    request: aboutProfile('', { name: 'Bold' }),
    refusals: async (world) => {
      const path = await newProfile(world);
      await world.service.send('POST', `${path}/archive`, { as: world.owner });
      return [
        refused(409, 'profile.archived', path, { name: 'Bold' }),
        refused(400, 'profile.name_invalid', await newProfile(world), { name: ' ' }),
      ];
    },
  },
  'POST /v1/bias-profiles/{profileId}/archive': {
    statuses: changingOne,
    request: aboutProfile('/archive'),
    refusals: async (world) => {
      const path = await newProfile(world);
      await world.newKeyId({ biasProfileId: path.split('/').at(-1) });
      return [refused(409, 'profile.attached', `${path}/archive`)];
    },
  },
};

function refused(status: number, code: string, path: string, body?: object): Refused {
  return { path, status, code, ...(body && { body }) };
}

function aboutResource(rest: string, body?: object): Row['request'] {
  return async (world) => {
    const made = await expectMade<{ resource: { id: string } }>(world, resources, resource);
    return { path: `${resources}/${made.resource.id}${rest}`, ...(body && { body }) };
  };
}

function aboutProfile(rest: string, body?: object): Row['request'] {
  return async (world) => ({ path: `${await newProfile(world)}${rest}`, ...(body && { body }) });
}

/** @returns its address */
async function newProfile(world: World): Promise<string> {
  const made = await expectMade<{ biasProfile: { id: string } }>(world, profiles, profile);
  return `${profiles}/${made.biasProfile.id}`;
}
