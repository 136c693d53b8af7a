import type { EnabledService } from '../key/events.js';
import type { AccessRequest, AssignedResource, KeyAccess, ServiceOffer, Surroundings } from './key-access.js';

/** What made a named model, resource or service accessible. */
export interface Grant {
  readonly type: 'resource' | 'service';
  readonly id: string;
}

/** What a key asks for, and the world it asks in. */
export interface Asked {
  readonly access: KeyAccess;
  readonly request: AccessRequest;
  readonly surroundings: Surroundings;
}

type Paid = Pick<EnabledService, 'serviceId' | 'walletId'>;
const none: readonly Paid[] = [];

/** Whether the request is about a model or a resource. */
export function namesResource({ model, resource }: AccessRequest): boolean {
  return model !== undefined || resource !== undefined;
}

/** What is named is granted by an active resource, which costs nothing more, or else by a service. */
export function grantOf(asked: Asked): Grant | null {
  const { request } = asked;
  if (request.service === undefined && !namesResource(request)) return null;
  const resource = grantingResource(asked);
  if (resource) return { type: 'resource', id: resource.resourceId };
  const service = grantingService(asked);
  return service ? { type: 'service', id: service.serviceId } : null;
}

/** The first assigned resource that is what the request names, active or not. */
export function assignedResource({ access, request }: Asked): AssignedResource | undefined {
  if (!namesResource(request)) return undefined;
  return access.resources.find((one) => isMeant(one, request));
}

/** The first that is active too. */
export function grantingResource({ access, request, surroundings }: Asked): AssignedResource | undefined {
  if (!namesResource(request)) return undefined;
  return access.resources.find((one) => isMeant(one, request) && surroundings.isActive(one.resourceId));
}

/** Whether any assigned resource is active, whatever its model. */
export function hasActiveResource({ access, surroundings }: Asked): boolean {
  return access.resources.some(({ resourceId }) => surroundings.isActive(resourceId));
}

/** Whether the catalogue still has any service of the key. */
export function hasAnyService({ access, surroundings }: Asked): boolean {
  if (access.tier === 'free') return surroundings.freeServices().length > 0;
  return access.services.some(({ serviceId }) => surroundings.service(serviceId) !== undefined);
}

function isMeant(assigned: AssignedResource, { model, resource }: AccessRequest): boolean {
  return (
    (resource === undefined || resource === assigned.resourceId) &&
    (model === undefined || model === assigned.model)
  );
}

/** The first service that has what is named and can be paid. */
export function grantingService(asked: Asked): Paid | undefined {
  const { surroundings } = asked;
  return servicesWith(asked).find(({ walletId }) => walletId === null || surroundings.hasFunds(walletId));
}

/** The services of the key that have what is named, paid or not: the named one, or those with the named model. */
export function servicesWith({ access, request, surroundings }: Asked): readonly Paid[] {
  const { service, model, resource } = request;
  if (resource !== undefined || (service === undefined && model === undefined)) return none;
  if (access.tier === 'free') {
    const offers = surroundings.freeServices().filter((offer) => isAsked(offer, service, model));
    return offers.map(({ serviceId }) => ({ serviceId, walletId: null }));
  }
  if (access.services.length === 0) return none;
  return access.services.filter(({ serviceId, models }) => {
    const offer = surroundings.service(serviceId);
    const isAllowed = models === null || model === undefined || models.includes(model);
    return offer !== undefined && isAllowed && isAsked(offer, service, model);
  });
}

function isAsked({ serviceId, models }: ServiceOffer, service?: string, model?: string): boolean {
  return (service === undefined || service === serviceId) && (model === undefined || models.includes(model));
}

/**
 * The model a request is about, in the words of the key's own record or of the catalogue: undefined when it names
 * neither a model nor a resource, or one that the key has nothing of. All resources that are meant have one model.
 */
export function knownModel(asked: Asked): string | undefined {
  const assigned = assignedResource(asked);
  if (assigned) return assigned.model;
  return servicesWith(asked).length > 0 ? asked.request.model : undefined;
}

/** Whether the key has a service that is named, and the catalogue has it still. */
export function isEnabled({ access, surroundings }: Asked, serviceId: string): boolean {
  const offer = surroundings.service(serviceId);
  if (!offer) return false;
  return access.tier === 'free' ? offer.isFree : access.services.some((one) => one.serviceId === serviceId);
}
