import { createCatalogue } from '../catalogue.js';
import { expectMade } from './made.js';
import { plain, type Refused, type Row, type Rows } from './row.js';
import type { World } from './world.js';

const wallets = '/v1/wallets';
const wallet = { name: 'Research', currency: 'USD' };
const topUp = { amountMicros: 5_000_000, reference: 'Invoice 1' };
const usage = { model: 'jais-30b', quantities: { input_tokens: 1_200 } };

const reading = [200, 200, 200, 200, 200, 403] as const;
/** Without the scope `keys`, a key does not even see that one is there. */
const readingOne = [200, 200, 200, 200, 200, 404] as const;

/** The catalogue of the platform, and what a team pays with. */
export const billingRows: Rows = {
  'GET /v1/services': plain('/v1/services', reading),
  'GET /v1/services/{serviceId}': { statuses: readingOne, isOfAll: true, request: aboutService('') },
  'POST /v1/services/{serviceId}/estimate': {
    statuses: readingOne,
    isOfAll: true,
    request: aboutService('/estimate', usage),
    refusals: async (world) => {
      const path = `${await servicePath(world)}/estimate`;
      const most = Number.MAX_SAFE_INTEGER;
      return [
        refused(404, 'service.model_not_found', path, { ...usage, model: 'falcon' }),
        refused(400, 'service.unit_unknown', path, { ...usage, quantities: { images: 1 } }),
        refused(400, 'usage.quantity_invalid', path, { ...usage, quantities: { input_tokens: 0.5 } }),
        refused(400, 'usage.amount_too_large', path, { ...usage, quantities: { input_tokens: most } }),
      ];
    },
  },
  'POST /v1/wallets': {
    statuses: [201, 201, 403, 403, 403, 403],
    request: async () => ({ path: wallets, body: wallet }),
    refusals: async () => [refused(400, 'wallet.name_invalid', wallets, { ...wallet, name: ' ' })],
  },
  'GET /v1/wallets': plain(wallets, reading),
  'GET /v1/wallets/{walletId}': { statuses: readingOne, request: aboutWallet('') },
  'GET /v1/wallets/{walletId}/ledger': { statuses: readingOne, request: aboutWallet('/ledger') },
  'POST /v1/wallets/{walletId}/top-up': {
    statuses: [200, 200, 403, 403, 403, 404],
    request: aboutWallet('/top-up', topUp),
    refusals: async (world) => {
      const path = `${await newWallet(world)}/top-up`;
      const most = { ...topUp, amountMicros: Number.MAX_SAFE_INTEGER };
      await world.service.send('POST', path, { as: world.owner, body: most });
      return [refused(409, 'wallet.full', path, topUp)];
    },
  },
};

function refused(status: number, code: string, path: string, body?: object): Refused {
  return { path, status, code, ...(body && { body }) };
}

function aboutService(rest: string, body?: object): Row['request'] {
  return async (world) => ({ path: `${await servicePath(world)}${rest}`, ...(body && { body }) });
}

function aboutWallet(rest: string, body?: object): Row['request'] {
  return async (world) => ({ path: `${await newWallet(world)}${rest}`, ...(body && { body }) });
}

/** @returns its address */
async function newWallet(world: World): Promise<string> {
  const made = await expectMade<{ wallet: { id: string } }>(world, wallets, wallet);
  return `${wallets}/${made.wallet.id}`;
}

/** One for each world: nothing here changes it. */
const servicePaths = new WeakMap<World, Promise<string>>();

function servicePath(world: World): Promise<string> {
  const known = servicePaths.get(world);
  if (known) return known;
  const path = createCatalogue(world.service)
    .register()
    .then((serviceId) => `/v1/services/${serviceId}`);
  servicePaths.set(world, path);
  return path;
}
