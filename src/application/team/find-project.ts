import { teamStream } from '../../domain/team/events.js';
import type { Project } from '../../domain/team/state.js';
import { authorize } from '../authorize.js';
import { teamDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';

type ProjectOperation = 'projects.read' | 'projects.rename' | 'projects.archive';

/** The project that somebody wants to read or change, if they may, from the log itself. */
export async function findProject(
  { executor }: Parts,
  principal: Principal,
  operation: ProjectOperation,
  projectId: string,
): Promise<Result<Project>> {
  const { state } = await executor.load(teamDecider, teamStream(principal.teamId));
  const project = state?.projects.find((one) => one.projectId === projectId);
  if (!project || !seesProject(principal, projectId)) return refuse('project.not_found');
  return authorize(principal, operation) === 'allowed' ? done(project) : refuse('right.missing');
}

/** Members and operators see all projects of the team; a key, unless it is public, the one that it acts in. */
export function seesProject(principal: Principal, projectId: string): boolean {
  const isWithin = principal.type !== 'key' || principal.access.projectId === projectId;
  return isWithin && authorize(principal, 'projects.read') === 'allowed';
}
