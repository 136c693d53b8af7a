import { type Decision, happened, nothing, refused } from '../decision.js';
import { isKeyName } from '../key/name.js';
import { faultOf } from '../text.js';
import type { ChangeResourceStatus, RegisterResource, ResourceCommand } from './commands.js';
import type { ResourceEvent } from './events.js';
import type { Resource, ResourceState } from './state.js';

type ResourceDecision = Decision<ResourceEvent>;

export function decide(command: ResourceCommand, resource: ResourceState): ResourceDecision {
  if (command.type === 'RegisterResource') return register(resource, command);
  if (!resource) return refused('resource.not_found');
  return changeStatus(resource, command);
}

/** The id is the caller's: a resource that is there already was made by an earlier try of the same command. */
function register(resource: ResourceState, command: RegisterResource): ResourceDecision {
  if (resource) return nothing;
  const { resourceId, teamId, name, model, resourceType, at } = command;
  if (!isKeyName(name)) return refused('resource.name_invalid', 'name');
  if (!isKeyName(model)) return refused('resource.model_invalid', 'model');
  const fault = faultOf({ name, model });
  if (fault) return refused(fault.code, fault.field);
  return happened({
    type: 'ResourceRegistered',
    resourceId,
    teamId,
    name,
    model,
    resourceType,
    registeredAt: at,
  });
}

function changeStatus(resource: Resource, { status, at }: ChangeResourceStatus): ResourceDecision {
  if (status === resource.status) return nothing;
  return status === 'active'
    ? happened({ type: 'ResourceActivated', activatedAt: at })
    : happened({ type: 'ResourceDeactivated', deactivatedAt: at });
}
