/** How a team pays for a service. */
export const billingPolicies = ['free', 'pay_as_you_go', 'invoiced'] as const;
export type BillingPolicy = (typeof billingPolicies)[number];

/** What a number of units of one kind costs with a model: `amountMicros` for `perUnits` of them. */
export interface Price {
  readonly model: string;
  /** Such as `input_tokens`, `images` or `seconds`. */
  readonly unit: string;
  /** Millionths of the service's currency. */
  readonly amountMicros: number;
  readonly perUnits: number;
}

/** An entry of the platform's catalogue. Its models and their first prices follow in the same append. */
export interface ServiceRegistered {
  readonly type: 'ServiceRegistered';
  readonly serviceId: string;
  readonly name: string;
  /** Whether it stands on the free key of every new team. */
  readonly free: boolean;
  /** ISO 4217; it never changes. */
  readonly currency: string;
  readonly billingPolicies: readonly BillingPolicy[];
  readonly registeredAt: string;
}

/** All models and prices from now on, in the place of those before. */
export interface ServicePriced {
  readonly type: 'ServicePriced';
  /** 1, 2, 3 … for each service. */
  readonly priceVersion: number;
  readonly models: readonly string[];
  /** In the order of the models; those of a model may be none. */
  readonly prices: readonly Price[];
  readonly pricedAt: string;
}

/** No key can be given it any more. */
export interface ServiceRetired {
  readonly type: 'ServiceRetired';
  readonly retiredAt: string;
}

export type ServiceEvent = ServiceRegistered | ServicePriced | ServiceRetired;

export const serviceEventTypes = {
  ServiceRegistered: true,
  ServicePriced: true,
  ServiceRetired: true,
} as const satisfies { [T in ServiceEvent['type']]: true };

export const serviceStream = (serviceId: string): string => `service-${serviceId}`;
