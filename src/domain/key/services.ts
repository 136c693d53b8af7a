import { type Decision, happened, refused } from '../decision.js';
import type { RefusalCode } from '../refusals.js';
import type { Service } from '../service/state.js';
import type { Wallet } from '../wallet/state.js';
import type { EnableServices } from './commands.js';
import type { EnabledService, KeyEvent } from './events.js';
import type { Key } from './state.js';

/** What is wrong with giving a service to a key in some way, if anything is. The wallet is the one that is named. */
export function faultOfChoice(
  { billingPolicy, models, walletId }: EnabledService,
  service: Service,
  wallet: Wallet | undefined,
): RefusalCode | undefined {
  if (service.status === 'retired') return 'service.retired';
  if (!service.billingPolicies.includes(billingPolicy)) return 'service.policy_not_offered';
  const needsModels = billingPolicy !== 'free' || models !== null;
  if (needsModels && (models ?? []).length === 0) return 'service.models_needed';
  if (models?.some((model) => !service.models.includes(model))) return 'service.model_not_found';
  const isPaidAsOneGoes = billingPolicy === 'pay_as_you_go';
  if (isPaidAsOneGoes !== (walletId !== null)) {
    return isPaidAsOneGoes ? 'service.wallet_needed' : 'service.wallet_unused';
  }
  return wallet && wallet.currency !== service.currency ? 'wallet.currency_differs' : undefined;
}

/** The whole set; what the free key has follows from the catalogue, and is nobody's to edit. */
export function enableServices(key: Key, { services, mayWiden, at }: EnableServices): Decision<KeyEvent> {
  if (key.tier === 'free') return refused('key.free_services_fixed');
  const wanted = new Set(services.map(({ serviceId }) => serviceId));
  const had = new Map(key.services.map((one) => [one.serviceId, one]));
  const removed = key.services.filter(({ serviceId }) => !wanted.has(serviceId));
  const added = services.filter(({ serviceId }) => !had.has(serviceId));
  const changed = services.filter((one) => {
    const before = had.get(one.serviceId);
    return before && !isSameChoice(one, before);
  });
  const isNarrowing = changed.every((one) => isPartOf(one, had.get(one.serviceId)));
  if (!mayWiden && (added.length > 0 || !isNarrowing)) return refused('key.only_its_user');
  return happened<KeyEvent>(
    ...removed.map(({ serviceId }) => ({ type: 'ServiceDisabled', serviceId, disabledAt: at }) as const),
    ...changed.map((one) => ({ type: 'ServicePolicyChanged', ...one, changedAt: at }) as const),
    ...added.map((one) => ({ type: 'ServiceEnabled', ...one, enabledAt: at }) as const),
  );
}

/** Models have no order. */
export function isSameChoice(one: EnabledService, other: EnabledService): boolean {
  return isPartOf(one, other) && isPartOf(other, one);
}

/** Whether a service given in one way is no more than the same service given in another. */
export function isPartOf(part: EnabledService, whole: EnabledService | undefined): boolean {
  if (part.serviceId !== whole?.serviceId || part.billingPolicy !== whole.billingPolicy) return false;
  if (part.walletId !== whole.walletId) return false;
  return whole.models === null || (part.models?.every((model) => whole.models?.includes(model)) ?? false);
}
