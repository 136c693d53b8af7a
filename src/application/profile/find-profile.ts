import { profileStream } from '../../domain/profile/events.js';
import type { Profile } from '../../domain/profile/state.js';
import { authorize } from '../authorize.js';
import { profileDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

/** The bias profile that somebody wants to read or change, if they may. */
export async function findProfile(
  { executor }: Parts,
  principal: Principal,
  operation: 'profiles.read' | 'profiles.manage',
  profileId: string,
): Promise<Result<Profile>> {
  const { state } = await executor.load(profileDecider, profileStream(profileId));
  const isSeen = state?.teamId === principal.teamId && authorize(principal, 'profiles.read') === 'allowed';
  if (!isSeen) return refuse('profile.not_found');
  return authorize(principal, operation) === 'allowed' ? done(state) : refuse('right.missing');
}
