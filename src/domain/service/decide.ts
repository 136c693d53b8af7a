import { type Decision, happened, nothing, refused } from '../decision.js';
import { isKeyName } from '../key/name.js';
import type { RefusalCode } from '../refusals.js';
import { faultOf } from '../text.js';
import type {
  PricedModel,
  PriceService,
  RegisterService,
  RetireService,
  ServiceCommand,
} from './commands.js';
import type { BillingPolicy, ServiceEvent, ServicePriced } from './events.js';
import { faultOfModels, flatten } from './prices.js';
import type { PriceList, Service, ServiceState } from './state.js';

type ServiceDecision = Decision<ServiceEvent>;

export function decide(command: ServiceCommand, service: ServiceState): ServiceDecision {
  if (command.type === 'RegisterService') return register(service, command);
  if (!service) return refused('service.not_found');
  switch (command.type) {
    case 'PriceService':
      return price(service, command);
    case 'RetireService':
      return retire(service, command);
  }
}

/** The id is the caller's: a service that is there already was made by an earlier try of the same command. */
function register(service: ServiceState, command: RegisterService): ServiceDecision {
  if (service) return nothing;
  const { serviceId, name, free, currency, billingPolicies, models, at } = command;
  if (!isKeyName(name)) return refused('service.name_invalid', 'name');
  const fault = faultOf({ name });
  if (fault) return refused(fault.code, fault.field);
  if (!/^[A-Z]{3}$/.test(currency)) return refused('currency.invalid', 'currency');
  if (!arePolicies(billingPolicies, free)) return refused('service.policies_invalid', 'billingPolicies');
  const code = faultOfOffer(models, billingPolicies);
  if (code) return refused(code, 'models');
  return happened<ServiceEvent>(
    { type: 'ServiceRegistered', serviceId, name, free, currency, billingPolicies, registeredAt: at },
    priced(1, models, at),
  );
}

/** What costs something now costs it from the next use on: what was debited before stays as it was. */
function price(service: Service, { models, at }: PriceService): ServiceDecision {
  if (service.status === 'retired') return refused('service.retired');
  const code = faultOfOffer(models, service.billingPolicies);
  if (code) return refused(code, 'models');
  const next = priced(service.priceVersion + 1, models, at);
  return isSameOffer(next, service) ? nothing : happened(next);
}

function retire(service: Service, { at }: RetireService): ServiceDecision {
  return service.status === 'retired' ? nothing : happened({ type: 'ServiceRetired', retiredAt: at });
}

function priced(priceVersion: number, models: readonly PricedModel[], at: string): ServicePriced {
  const names = models.map(({ model }) => model);
  return { type: 'ServicePriced', priceVersion, models: names, prices: flatten(models), pricedAt: at };
}

/** Each once, at least one; a free service is one that can be used for nothing. */
function arePolicies(policies: readonly BillingPolicy[], free: boolean): boolean {
  const isEachOnce = new Set(policies).size === policies.length;
  return policies.length > 0 && isEachOnce && policies.includes('free') === free;
}

/** What is paid as one goes must say what it costs, or a wallet would never be debited. */
function faultOfOffer(
  models: readonly PricedModel[],
  policies: readonly BillingPolicy[],
): RefusalCode | undefined {
  const fault = faultOfModels(models);
  if (fault || !policies.includes('pay_as_you_go')) return fault;
  return models.every(({ prices }) => prices.length > 0) ? undefined : 'service.price_missing';
}

function isSameOffer(one: PriceList, other: PriceList): boolean {
  return JSON.stringify([one.models, one.prices]) === JSON.stringify([other.models, other.prices]);
}
