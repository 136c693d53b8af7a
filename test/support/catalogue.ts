import type { PriceService, RegisterService, ServiceCommand } from '../../src/domain/service/commands.js';
import { decide } from '../../src/domain/service/decide.js';
import { type ServiceEvent, serviceStream } from '../../src/domain/service/events.js';
import { evolve, type ServiceState } from '../../src/domain/service/state.js';
import { newId } from '../../src/platform/ids.js';
import { appendBeside } from './past.js';
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

export interface Catalogue {
  /** @returns its id */
  register(changes?: Partial<RegisterService>): Promise<string>;
  price(serviceId: string, models: PriceService['models']): Promise<void>;
  retire(serviceId: string): Promise<void>;
}

/** What operators do with the platform's services, decided as ever and written beside the service. */
export function createCatalogue({ config }: Pick<TestService, 'config'>): Catalogue {
  const states = new Map<string, ServiceState>();

  async function run(serviceId: string, command: ServiceCommand): Promise<void> {
    const decision = decide(command, states.get(serviceId));
    if (!decision.ok) throw new Error(decision.refusal.code);
    for (const event of decision.events) await append(serviceId, event);
  }

  async function append(serviceId: string, event: ServiceEvent): Promise<void> {
    await appendBeside(config, 'platform', serviceStream(serviceId), event);
    states.set(serviceId, evolve(states.get(serviceId), event));
  }

  const now = () => new Date().toISOString();
  return {
    async register(changes = {}) {
      const serviceId = newId();
      await run(serviceId, {
        type: 'RegisterService',
        serviceId,
        name: 'Chat',
        free: false,
        currency: 'USD',
        billingPolicies: ['pay_as_you_go', 'invoiced'],
        models: chatModels,
        at: now(),
        ...changes,
      });
      return serviceId;
    },
    price: (serviceId, models) => run(serviceId, { type: 'PriceService', models, at: now() }),
    retire: (serviceId) => run(serviceId, { type: 'RetireService', at: now() }),
  };
}
