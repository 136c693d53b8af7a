import type { ResourceRef } from '../../domain/key/events.js';
import { profileStream } from '../../domain/profile/events.js';
import { resourceStream } from '../../domain/resource/events.js';
import { teamStream } from '../../domain/team/events.js';
import { hasEnded, memberOf } from '../../domain/team/members.js';
import { profileDecider, resourceDecider, teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import { done, type Result, refuse } from '../result.js';

/**
 * The resources of a team by their ids, in the order given, each once; inactive ones too. Those of another
 * team are not there.
 */
export async function resourcesOf(
  { executor }: Parts,
  teamId: string,
  resourceIds: readonly string[],
): Promise<Result<readonly ResourceRef[]>> {
  const ids = [...new Set(resourceIds)];
  const found = await Promise.all(ids.map((id) => executor.load(resourceDecider, resourceStream(id))));
  const resources = found.flatMap(({ state }) => (state?.teamId === teamId ? [state] : []));
  if (resources.length < ids.length) return refuse('resource.not_found', 'resourceIds');
  return done(resources.map(({ resourceId, model, resourceType }) => ({ resourceId, model, resourceType })));
}

/** A bias profile that may be attached to a key of the team; null and absent are nothing to look for. */
export async function checkProfile(
  { executor }: Parts,
  teamId: string,
  biasProfileId: string | null | undefined,
): Promise<Result<void>> {
  if (biasProfileId === undefined || biasProfileId === null) return done(undefined);
  const { state } = await executor.load(profileDecider, profileStream(biasProfileId));
  if (state?.teamId !== teamId) return refuse('profile.not_found', 'biasProfileId');
  return state.isArchived ? refuse('profile.archived', 'biasProfileId') : done(undefined);
}

/**
 * Whether all these are members of the team now, from the log itself.
 * @param at ISO instant it is now
 */
export async function checkMembers(
  { executor }: Parts,
  teamId: string,
  userIds: readonly string[],
  at: string,
): Promise<Result<void>> {
  if (userIds.length === 0) return done(undefined);
  const { state: team } = await executor.load(teamDecider, teamStream(teamId));
  const isMember = (userId: string) => {
    const member = team && memberOf(team, userId);
    return member !== undefined && !hasEnded(member, at);
  };
  return userIds.every(isMember) ? done(undefined) : refuse('member.not_found', 'userIds');
}
