import type { CostEstimate } from '../../src/application/service/estimate-cost.js';
import type { ServiceView } from '../../src/application/service/get-service.js';
import { type Catalogue, chatModels, createCatalogue } from '../support/catalogue.js';
import { eventually } from '../support/eventually.js';
import type { Caller } from '../support/http-client.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface Page {
  readonly items: readonly ServiceView[];
  readonly nextCursor: string | null;
}

let service: TestService;
let owner: Owner;
let catalogue: Catalogue;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  catalogue = createCatalogue(service);
});

afterAll(() => service.stop());

async function read(id: string, as: Caller = owner): Promise<ServiceView> {
  return (await service.send<{ service: ServiceView }>('GET', `/v1/services/${id}`, { as })).body.service;
}

const list = async (query = '') =>
  (await service.send<Page>('GET', `/v1/services${query}`, { as: owner })).body;

const estimate = (id: string, body: object) =>
  service.send<CostEstimate>('POST', `/v1/services/${id}/estimate`, { as: owner, body });

describe('the catalogue', () => {
  it('shows a service to every team, with its models and prices', async () => {
    const id = await catalogue.register();
    const seen = await read(id);
    expect(seen).toEqual({
      id,
      name: 'Chat',
      free: false,
      currency: 'USD',
      billingPolicies: ['pay_as_you_go', 'invoiced'],
      status: 'active',
      priceVersion: 1,
      models: chatModels,
      registeredAt: expect.any(String),
      retiredAt: null,
      revision: 2,
    });
    expect(await read(id, await service.signUp())).toEqual(seen);
  });

  it('follows prices, and that a service is retired', async () => {
    const id = await catalogue.register();
    const models = [{ model: 'noor', prices: [{ unit: 'seconds', amountMicros: 9, perUnits: 1 }] }];
    await catalogue.price(id, models);
    expect(await read(id)).toMatchObject({ models, priceVersion: 2, status: 'active', revision: 3 });
    await catalogue.retire(id);
    expect(await read(id)).toMatchObject({ models, priceVersion: 2, status: 'retired', revision: 4 });
  });

  it('is listed with the newest first, page by page, and by status', async () => {
    const ids: string[] = [];
    for (const name of ['One', 'Two', 'Three']) ids.push(await catalogue.register({ name }));
    await catalogue.retire(ids[1]!);
    const retired = await eventually('retired', async () => {
      const { items } = await list('?status=retired');
      return items.find(({ id }) => id === ids[1]);
    });
    expect(retired).toEqual(await read(ids[1]!));
    const first = await list('?limit=2');
    const second = await list(`?limit=1&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await list('?status=active')).items.map(({ id }) => id)).not.toContain(ids[1]);
  });
});

describe('an estimate', () => {
  it('tells the cost, unit by unit', async () => {
    const id = await catalogue.register();
    const quantities = { input_tokens: 1_201, output_tokens: 300 };
    const { status, body } = await estimate(id, { model: 'jais-30b', quantities });
    expect(status).toBe(200);
    expect(body).toEqual({
      amountMicros: 3_152,
      currency: 'USD',
      priceVersion: 1,
      breakdown: [
        { unit: 'input_tokens', quantity: 1_201, amountMicros: '1801.5' },
        { unit: 'output_tokens', quantity: 300, amountMicros: '1350' },
      ],
    });
  });

  it('goes by the present prices', async () => {
    const id = await catalogue.register();
    const asked = { model: 'noor', quantities: { images: 2 } };
    expect((await estimate(id, asked)).body).toMatchObject({ amountMicros: 40_000, priceVersion: 1 });
    await catalogue.price(id, [
      { model: 'noor', prices: [{ unit: 'images', amountMicros: 1, perUnits: 1 }] },
    ]);
    expect((await estimate(id, asked)).body).toMatchObject({ amountMicros: 2, priceVersion: 2 });
  });

  it.each([{ images: -1 }, { images: 0.5 }, { images: '2' }, { images: null }, { images: [2] }])(
    'is refused for %j',
    async (quantities) => {
      const id = await catalogue.register();
      const answer = await estimate(id, { model: 'noor', quantities });
      expect(pointersOf(expectProblem(answer, 400, 'usage.quantity_invalid'))).toEqual(['/quantities']);
    },
  );

  it('is of a service that is there', async () => {
    const nowhere = '01990000-0000-7000-8000-000000000000';
    for (const id of [nowhere, 'chat']) {
      const answer = await estimate(id, { model: 'noor', quantities: {} });
      expectProblem(answer, 404, 'service.not_found');
    }
  });
});
