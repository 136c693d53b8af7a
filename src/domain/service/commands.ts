import type { BillingPolicy } from './events.js';

export interface UnitPrice {
  readonly unit: string;
  /** Millionths of the service's currency, for `perUnits` units. */
  readonly amountMicros: number;
  readonly perUnits: number;
}

export interface PricedModel {
  readonly model: string;
  /** None: it costs nothing. */
  readonly prices: readonly UnitPrice[];
}

export interface RegisterService {
  readonly type: 'RegisterService';
  readonly serviceId: string;
  readonly name: string;
  readonly free: boolean;
  readonly currency: string;
  readonly billingPolicies: readonly BillingPolicy[];
  readonly models: readonly PricedModel[];
  readonly at: string;
}

/** All models and prices from now on. */
export interface PriceService {
  readonly type: 'PriceService';
  readonly models: readonly PricedModel[];
  readonly at: string;
}

export interface RetireService {
  readonly type: 'RetireService';
  readonly at: string;
}

export type ServiceCommand = RegisterService | PriceService | RetireService;
