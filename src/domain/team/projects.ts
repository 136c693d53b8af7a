import { type Decision, happened, nothing, type Refusal, refused } from '../decision.js';
import { isKeyName } from '../key/name.js';
import { faultOf } from '../text.js';
import type { Asker, ChangeProjectStatus, CreateProject, RenameProject } from './commands.js';
import type { TeamEvent } from './events.js';
import { manages } from './members.js';
import type { Project, Team } from './state.js';

type TeamDecision = Decision<TeamEvent>;

/** The id is the caller's: a project that is there already was made by an earlier try of the same command. */
export function createProject(team: Team, { projectId, name, by, at }: CreateProject): TeamDecision {
  if (projectOf(team, projectId)) return nothing;
  if (!mayChange(team, by, at)) return refused('right.missing');
  const fault = nameFault(name);
  if (fault) return { ok: false, refusal: fault };
  return happened({ type: 'ProjectCreated', projectId, name, createdAt: at });
}

/** An archived project may be renamed too: nothing acts in it, but people still read of it. */
export function renameProject(team: Team, { projectId, name, by, at }: RenameProject): TeamDecision {
  const project = projectOf(team, projectId);
  if (!project) return refused('project.not_found');
  if (!mayChange(team, by, at)) return refused('right.missing');
  const fault = nameFault(name);
  if (fault) return { ok: false, refusal: fault };
  if (name === project.name) return nothing;
  return happened({ type: 'ProjectRenamed', projectId, name, renamedAt: at });
}

/** Any project may be archived, the last active one too: it can be restored, and its keys with it. */
export function changeProjectStatus(
  team: Team,
  { projectId, status, by, at }: ChangeProjectStatus,
): TeamDecision {
  const project = projectOf(team, projectId);
  if (!project) return refused('project.not_found');
  if (!mayChange(team, by, at)) return refused('right.missing');
  if (status === project.status) return nothing;
  return status === 'archived'
    ? happened({ type: 'ProjectArchived', projectId, archivedAt: at })
    : happened({ type: 'ProjectRestored', projectId, restoredAt: at });
}

/** Whoever asked at the moment at which they were demoted may not; what a key may by itself is not the team's to say. */
function mayChange(team: Team, by: Asker, at: string): boolean {
  return by === null || manages(team, by, [], at);
}

function projectOf({ projects }: Team, projectId: string): Project | undefined {
  return projects.find((one) => one.projectId === projectId);
}

function nameFault(name: string): Refusal | undefined {
  if (!isKeyName(name)) return { code: 'project.name_invalid', field: 'name' };
  return faultOf({ name });
}
