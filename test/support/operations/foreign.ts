import { paidService } from './billing.js';
import type { World } from './world.js';

/** By the name of a field: what holds an id of the stranger's, or the given one in its place. */
export type Foreign = Readonly<Record<string, (id?: string) => Promise<Readonly<Record<string, unknown>>>>>;

/**
 * Fields with names like those of ids: texts of whoever writes them, ids of the platform, which all may name, and ids
 * that are looked for in one key alone.
 */
export const ofNoTeam: readonly string[] = [
  'appId',
  'enforceAppId',
  'externalId',
  'usageId',
  'serviceId',
  'secretId',
];

/** One of everything that a team has and that a request may name. */
export async function foreignIds(world: World): Promise<Foreign> {
  const { service, stranger } = world;

  async function made(what: string, path: string, body: object): Promise<string> {
    const sending = { as: stranger, body };
    const answer = await service.send<Record<string, { readonly id: string }>>('POST', path, sending);
    const one = answer.body[what];
    if (!one) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return one.id;
  }

  const resource = { name: 'r', model: 'jais-30b', resourceType: 'TPM' };
  const resourceId = await made('resource', '/v1/resources', resource);
  const profileId = await made('biasProfile', '/v1/bias-profiles', { name: 'p', settings: {} });
  const walletId = await made('wallet', '/v1/wallets', { name: 'w', currency: 'USD' });
  const paid = await paidService(world);
  const userId = stranger.user.id;
  return {
    projectId: async (id = stranger.project.id) => ({ projectId: id }),
    resourceId: async (id = resourceId) => ({ resourceId: id }),
    resourceIds: async (id = resourceId) => ({ resourceIds: [id] }),
    userId: async (id = userId) => ({ userId: id }),
    userIds: async (id = userId) => ({ userIds: [id] }),
    actorId: async (id = userId) => ({ actorId: id }),
    biasProfileId: async (id = profileId) => ({ biasProfileId: id }),
    walletId: async (id = walletId) => ({ services: [{ ...paid, walletId: id }] }),
    keyId: async (id = stranger.freeKey.key.id) => ({ keyId: id }),
  };
}
