import { newId } from '../../../src/platform/ids.js';
import { chat, chatModels } from '../catalogue.js';
import { bearer } from '../http-client.js';
import { expectMade } from './made.js';
import { nowhere, plain, type Refused, type Row, type Rows } from './row.js';
import type { World } from './world.js';

const services = '/v1/services';
const wallets = '/v1/wallets';
const usageRecords = '/v1/usage-records';
const wallet = { name: 'Research', currency: 'USD' };
const topUp = { amountMicros: 5_000_000, reference: 'Invoice 1' };
const usage = { model: 'jais-30b', quantities: { input_tokens: 1_200 } };

const reading = [200, 200, 200, 200, 200, 403] as const;
/** Without the scope `keys`, a key does not even see that one is there. */
const readingOne = [200, 200, 200, 200, 200, 404] as const;

/** Operators alone; who may not even read services does not see that it is there. */
const changingCatalogue = {
  statuses: [403, 403, 403, 403, 403, 404],
  isOfAll: true,
  operator: 200,
} as const;

const wrongModels: readonly (readonly [code: string, models: object])[] = [
  ['service.models_invalid', [...chatModels, ...chatModels]],
  ['service.price_missing', [{ model: 'jais-30b', prices: [] }]],
  ['service.prices_invalid', [{ model: 'm', prices: [{ unit: 'In', amountMicros: 1, perUnits: 1 }] }]],
];

/** The catalogue of the platform, and what a team pays with. */
export const billingRows: Rows = {
  'GET /v1/services': plain(services, reading),
  'POST /v1/services': {
    statuses: [403, 403, 403, 403, 403, 403],
    operator: 201,
    request: async () => ({ path: services, body: chat }),
    refusals: async (world) => {
      const as = await world.as('operator');
      const wrong = (code: string, fields: object) => ({
        ...refused(400, code, services, { ...chat, ...fields }),
        as,
      });
      return [
        wrong('service.name_invalid', { name: ' ' }),
        wrong('service.policies_invalid', { billingPolicies: ['free'] }),
        ...wrongModels.map(([code, models]) => wrong(code, { models })),
      ];
    },
  },
  'PATCH /v1/services/{serviceId}': {
    ...changingCatalogue,
    request: async (world) => ({
      path: await newService(world),
      body: { models: chatModels.slice(1) },
    }),
    refusals: async (world) => {
      const as = await world.as('operator');
      const path = await servicePath(world);
      const retired = await retiredService(world);
      return [
        ...wrongModels.map(([code, models]) => ({ ...refused(400, code, path, { models }), as })),
        { ...refused(409, 'service.retired', retired, { models: chatModels }), as },
      ];
    },
  },
  'POST /v1/services/{serviceId}/retire': {
    ...changingCatalogue,
    request: async (world) => ({ path: `${await newService(world)}/retire` }),
  },
  'GET /v1/services/{serviceId}': { statuses: readingOne, isOfAll: true, request: aboutService('') },
  'POST /v1/services/{serviceId}/estimate': {
    statuses: readingOne,
    isOfAll: true,
    operator: 200,
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
    operator: 200,
    request: aboutWallet('/top-up', topUp),
    refusals: async (world) => {
      const path = `${await newWallet(world)}/top-up`;
      const most = { ...topUp, amountMicros: Number.MAX_SAFE_INTEGER };
      await world.service.send('POST', path, { as: world.owner, body: most });
      return [refused(409, 'wallet.full', path, topUp)];
    },
  },
  'POST /v1/usage-records': {
    // Only a key with the scope `meter` may.
    statuses: [403, 403, 403, 403, 403, 403],
    request: async (world) => ({ path: usageRecords, body: await newUsage(world) }),
    refusals: async (world) => {
      const { key, secret } = await world.service.createKey(world.owner, { scopes: ['meter'] });
      const used = await newUsage(world);
      const report = (status: number, code: string, changes: object): Refused => ({
        ...refused(status, code, usageRecords, { ...used, usageId: newId(), ...changes }),
        as: bearer(secret),
      });
      await world.service.send('POST', usageRecords, { as: bearer(secret), body: used });
      const most = Number.MAX_SAFE_INTEGER;
      return [
        report(404, 'key.not_found', { keyId: nowhere }),
        report(403, 'key.is_itself', { keyId: key.id }),
        report(404, 'service.not_found', { serviceId: nowhere }),
        report(409, 'service.not_enabled', { keyId: await world.newKeyId() }),
        report(404, 'service.model_not_found', { model: 'falcon' }),
        report(400, 'service.unit_unknown', { quantities: { images: 1 } }),
        report(400, 'usage.quantity_invalid', { quantities: { input_tokens: 0.5 } }),
        report(400, 'usage.amount_too_large', { quantities: { input_tokens: most } }),
        report(409, 'usage.different', { usageId: used.usageId, model: 'noor', quantities: { images: 1 } }),
      ];
    },
  },
};

/** What a key of the owner's has used of a service that is paid as one goes. */
async function newUsage(world: World) {
  const service = await paidService(world);
  const keyId = await world.newKeyId({ services: [{ ...service, models: ['jais-30b', 'noor'] }] });
  return { usageId: newId(), keyId, serviceId: service.serviceId, ...usage };
}

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
  return `${wallets}/${await newWalletId(world)}`;
}

export async function newWalletId(world: World, currency = 'USD'): Promise<string> {
  const made = await expectMade<{ wallet: { id: string } }>(world, wallets, { ...wallet, currency });
  return made.wallet.id;
}

/** A service as it can be given to a key, paid as one goes from a wallet of its own. */
export async function paidService(world: World) {
  const serviceId = idIn(await servicePath(world));
  const walletId = await newWalletId(world);
  return { serviceId, billingPolicy: 'pay_as_you_go', models: ['jais-30b'], walletId };
}

export async function retiredServiceId(world: World): Promise<string> {
  return idIn(await retiredService(world));
}

/** @returns its address */
async function newService({ service, as }: World): Promise<string> {
  const sending = { as: await as('operator'), body: chat };
  const { body } = await service.send<{ service: { id: string } }>('POST', services, sending);
  return `${services}/${body.service.id}`;
}

async function retiredService(world: World): Promise<string> {
  const path = await newService(world);
  await world.service.send('POST', `${path}/retire`, { as: await world.as('operator') });
  return path;
}

/** One for each world: nothing but to look at it is done with it. */
const servicePaths = new WeakMap<World, Promise<string>>();

function servicePath(world: World): Promise<string> {
  const path = servicePaths.get(world) ?? newService(world);
  servicePaths.set(world, path);
  return path;
}

/** The id at the end of an address. */
function idIn(path: string): string {
  return path.split('/').at(-1) ?? '';
}
