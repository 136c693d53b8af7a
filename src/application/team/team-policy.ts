import { teamStream } from '../../domain/team/events.js';
import { defaultPolicy, type TeamPolicy } from '../../domain/team/policy.js';
import { teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';

/** The policy of a team, from the log itself. */
export async function policyOf({ executor }: Pick<Parts, 'executor'>, teamId: string): Promise<TeamPolicy> {
  return (await executor.load(teamDecider, teamStream(teamId))).state?.policy ?? defaultPolicy;
}
