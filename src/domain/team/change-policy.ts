import { type Decision, happened, nothing, refused } from '../decision.js';
import type { ChangePolicy } from './commands.js';
import type { TeamEvent } from './events.js';
import { manages } from './members.js';
import type { TeamPolicy } from './policy.js';
import type { Team } from './state.js';

/** By those who manage the team as it is now. Absent and undefined are unchanged. The event holds all of the policy. */
export function changePolicy(team: Team, { changes, by, at }: ChangePolicy): Decision<TeamEvent> {
  if (!manages(team, by, [], at)) return refused('right.missing');
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const policy: TeamPolicy = { ...team.policy, ...Object.fromEntries(given) };
  const { defaultExpiresInDays, maxExpiresInDays } = policy;
  if (maxExpiresInDays !== null && (defaultExpiresInDays ?? 0) > maxExpiresInDays) {
    return refused('policy.default_exceeds_max', 'defaultExpiresInDays');
  }
  const isSame = JSON.stringify(policy) === JSON.stringify(team.policy);
  return isSame ? nothing : happened({ type: 'TeamPolicyChanged', ...policy, changedAt: at });
}
