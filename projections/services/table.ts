import { idOfStream, isOneOf } from '../../src/domain/recorded.js';
import type { PricedModel } from '../../src/domain/service/commands.js';
import {
  type BillingPolicy,
  type ServicePriced,
  serviceEventTypes,
} from '../../src/domain/service/events.js';
import type { ServiceStatus } from '../../src/domain/service/state.js';
import type { ReadModel, Table } from '../runner/model.js';

export interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly free: boolean;
  /** ISO 4217. */
  readonly currency: string;
  readonly billingPolicies: readonly BillingPolicy[];
  readonly status: ServiceStatus;
  readonly priceVersion: number;
  /** Prices in millionths of the currency. */
  readonly models: readonly PricedModel[];
  readonly registeredAt: string;
  /** Null while it is not. */
  readonly retiredAt: string | null;
  /** Events of the service's stream: what an ETag is made of. */
  readonly revision: number;
}

export const serviceRows: Table<ServiceRow> = {
  name: 'services',
  key: 'id',
  columns: {
    id: 'id',
    name: 'text',
    free: 'boolean',
    currency: 'text',
    billingPolicies: 'texts',
    status: 'text',
    priceVersion: 'integer',
    models: 'json',
    registeredAt: 'instant',
    retiredAt: 'instant | null',
    revision: 'integer',
  },
  indexes: ['(registered_at desc, id desc)'],
  keysOf: (recorded) => (isOneOf(recorded, serviceEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, serviceEventTypes)) return row;
    const { event, revision } = recorded;
    switch (event.type) {
      case 'ServiceRegistered': {
        const { serviceId, name, free, currency, billingPolicies, registeredAt } = event;
        const offer = { status: 'active', priceVersion: 0, models: [] } as const;
        const place = { registeredAt, retiredAt: null, revision };
        return { id: serviceId, name, free, currency, billingPolicies, ...offer, ...place };
      }
      case 'ServicePriced':
        return row && { ...row, priceVersion: event.priceVersion, models: modelsOf(event), revision };
      case 'ServiceRetired':
        return row && { ...row, status: 'retired', retiredAt: event.retiredAt, revision };
    }
  },
};

/** The prices with the models they belong to. */
function modelsOf({ models, prices }: ServicePriced): PricedModel[] {
  return models.map((model) => ({
    model,
    prices: prices
      .filter((price) => price.model === model)
      .map(({ unit, amountMicros, perUnits }) => ({ unit, amountMicros, perUnits })),
  }));
}

export const servicesModel: ReadModel = { name: 'services', version: 2, tables: [serviceRows] };
