import type { ResourceType } from '../key/events.js';
import type { ResourceStatus } from './state.js';

export interface RegisterResource {
  readonly type: 'RegisterResource';
  readonly resourceId: string;
  readonly teamId: string;
  readonly name: string;
  readonly model: string;
  readonly resourceType: ResourceType;
  readonly at: string;
}

export interface ChangeResourceStatus {
  readonly type: 'ChangeResourceStatus';
  readonly status: ResourceStatus;
  readonly at: string;
}

export type ResourceCommand = RegisterResource | ChangeResourceStatus;
