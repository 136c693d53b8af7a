import { resourceStream } from '../../domain/resource/events.js';
import type { Resource } from '../../domain/resource/state.js';
import { authorize } from '../authorize.js';
import { resourceDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

/** The resource that somebody wants to read or change, if they may. */
export async function findResource(
  { executor }: Parts,
  principal: Principal,
  operation: 'resources.read' | 'resources.manage',
  resourceId: string,
): Promise<Result<Resource>> {
  const { state } = await executor.load(resourceDecider, resourceStream(resourceId));
  const isSeen = state?.teamId === principal.teamId && authorize(principal, 'resources.read') === 'allowed';
  if (!isSeen) return refuse('resource.not_found');
  return authorize(principal, operation) === 'allowed' ? done(state) : refuse('right.missing');
}
