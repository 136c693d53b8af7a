import type { BillingPolicy, Price, ServiceEvent } from './events.js';

export const serviceStatuses = ['active', 'retired'] as const;
export type ServiceStatus = (typeof serviceStatuses)[number];

/** What is offered, and for how much, since the last time prices were set. */
export interface PriceList {
  readonly priceVersion: number;
  readonly models: readonly string[];
  readonly prices: readonly Price[];
}

/** What deciding about a service, and about keys and wallets that use it, needs to remember of it. */
export interface Service extends PriceList {
  readonly serviceId: string;
  readonly free: boolean;
  readonly currency: string;
  readonly billingPolicies: readonly BillingPolicy[];
  readonly status: ServiceStatus;
}

/** Undefined: it was never registered. */
export type ServiceState = Service | undefined;

export function evolve(service: ServiceState, event: ServiceEvent): ServiceState {
  if (event.type === 'ServiceRegistered') {
    const { serviceId, free, currency, billingPolicies } = event;
    const unpriced: PriceList = { priceVersion: 0, models: [], prices: [] };
    return { serviceId, free, currency, billingPolicies, ...unpriced, status: 'active' };
  }
  if (!service) return service;
  switch (event.type) {
    case 'ServicePriced': {
      const { priceVersion, models, prices } = event;
      return { ...service, priceVersion, models, prices };
    }
    case 'ServiceRetired':
      return { ...service, status: 'retired' };
  }
}
