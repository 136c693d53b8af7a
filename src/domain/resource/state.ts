import type { ResourceRef } from '../key/events.js';
import type { ResourceEvent } from './events.js';

export const resourceStatuses = ['active', 'inactive'] as const;
export type ResourceStatus = (typeof resourceStatuses)[number];

/** What deciding about a resource, and about keys that are given it, needs to remember of it. */
export interface Resource extends ResourceRef {
  readonly teamId: string;
  readonly status: ResourceStatus;
}

/** Undefined: it was never registered. */
export type ResourceState = Resource | undefined;

export function evolve(resource: ResourceState, event: ResourceEvent): ResourceState {
  if (event.type === 'ResourceRegistered') {
    const { resourceId, teamId, model, resourceType } = event;
    return { resourceId, teamId, model, resourceType, status: 'active' };
  }
  if (!resource) return resource;
  switch (event.type) {
    case 'ResourceActivated':
      return { ...resource, status: 'active' };
    case 'ResourceDeactivated':
      return { ...resource, status: 'inactive' };
  }
}
