import type { ServiceView } from '../../src/application/service/get-service.js';
import type { RegisterServiceRequest } from '../../src/application/service/register-service.js';
import type { PricedModel } from '../../src/domain/service/commands.js';
import type { Answer, Caller } from './http-client.js';
import { issueOperator } from './operator.js';
import type { TestService } from './service.js';

/** Tokens by the thousand, images one by one. */
export const chatModels = [
  {
    model: 'jais-30b',
    prices: [
      { unit: 'input_tokens', amountMicros: 1_500, perUnits: 1_000 },
      { unit: 'output_tokens', amountMicros: 4_500, perUnits: 1_000 },
    ],
  },
  { model: 'noor', prices: [{ unit: 'images', amountMicros: 20_000, perUnits: 1 }] },
];

export const chat: RegisterServiceRequest = {
  name: 'Chat',
  free: false,
  currency: 'USD',
  billingPolicies: ['pay_as_you_go', 'invoiced'],
  models: chatModels,
};

export interface Catalogue {
  /** @returns its id */
  register(changes?: Partial<RegisterServiceRequest>): Promise<string>;
  price(serviceId: string, models: readonly PricedModel[]): Promise<void>;
  retire(serviceId: string): Promise<void>;
}

/** What an operator does with the platform's services, whose key is issued at the first need of it. */
export function createCatalogue(
  service: Pick<TestService, 'config' | 'secrets' | 'url' | 'send'>,
): Catalogue {
  let operator: Promise<Caller> | undefined;

  async function call(method: string, path: string, body?: object): Promise<{ service: ServiceView }> {
    operator ??= issueOperator(service);
    const as = await operator;
    const answer: Answer<{ service: ServiceView }> = await service.send(method, path, { as, body });
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  return {
    register: async (changes) => (await call('POST', '/v1/services', { ...chat, ...changes })).service.id,
    async price(serviceId, models) {
      await call('PATCH', `/v1/services/${serviceId}`, { models });
    },
    async retire(serviceId) {
      await call('POST', `/v1/services/${serviceId}/retire`);
    },
  };
}
