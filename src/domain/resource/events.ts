import type { ResourceType } from '../key/events.js';

/** A model under what it is billed as. It is active until it is said otherwise. */
export interface ResourceRegistered {
  readonly type: 'ResourceRegistered';
  readonly resourceId: string;
  readonly teamId: string;
  readonly name: string;
  /** It and the type never change: keys remember both. */
  readonly model: string;
  readonly resourceType: ResourceType;
  readonly registeredAt: string;
}

export interface ResourceActivated {
  readonly type: 'ResourceActivated';
  readonly activatedAt: string;
}

export interface ResourceDeactivated {
  readonly type: 'ResourceDeactivated';
  readonly deactivatedAt: string;
}

export type ResourceEvent = ResourceRegistered | ResourceActivated | ResourceDeactivated;

export const resourceEventTypes = {
  ResourceRegistered: true,
  ResourceActivated: true,
  ResourceDeactivated: true,
} as const satisfies { [T in ResourceEvent['type']]: true };

export const resourceStream = (resourceId: string): string => `resource-${resourceId}`;
