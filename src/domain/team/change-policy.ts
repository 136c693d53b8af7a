import { type Decision, happened, nothing, refused } from '../decision.js';
import type { ChangePolicy } from './commands.js';
import type { TeamEvent } from './events.js';
import type { TeamPolicy } from './policy.js';
import type { Team } from './state.js';

/** Absent and undefined are unchanged. The event holds all of the policy. */
export function changePolicy(team: Team, { changes, at }: ChangePolicy): Decision<TeamEvent> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const policy: TeamPolicy = { ...team.policy, ...Object.fromEntries(given) };
  const { defaultExpiresInDays, maxExpiresInDays } = policy;
  if (maxExpiresInDays !== null && (defaultExpiresInDays ?? 0) > maxExpiresInDays) {
    return refused('policy.default_exceeds_max', 'defaultExpiresInDays');
  }
  const isSame = JSON.stringify(policy) === JSON.stringify(team.policy);
  return isSame ? nothing : happened({ type: 'TeamPolicyChanged', ...policy, changedAt: at });
}
