import { serviceStream } from '../../domain/service/events.js';
import type { Service } from '../../domain/service/state.js';
import { authorize } from '../authorize.js';
import { serviceDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

/** A service of the catalogue, for whoever may read it: it belongs to no team. */
export async function findService(
  { executor }: Parts,
  principal: Principal,
  serviceId: string,
): Promise<Result<Service>> {
  const { state } = await executor.load(serviceDecider, serviceStream(serviceId));
  const isSeen = state !== undefined && authorize(principal, 'services.read') === 'allowed';
  return isSeen ? done(state) : refuse('service.not_found');
}
