import type { Role, TeamEvent } from './events.js';

export interface Member {
  readonly userId: string;
  readonly role: Role;
  readonly until: string | null;
}

export interface Project {
  readonly projectId: string;
  readonly name: string;
}

export interface Team {
  readonly teamId: string;
  readonly name: string;
  readonly members: readonly Member[];
  /** In the order of their making; the first is where keys go that name none. */
  readonly projects: readonly Project[];
}

export type TeamState = Team | undefined;

export function evolve(team: TeamState, event: TeamEvent): TeamState {
  if (event.type === 'TeamCreated') {
    return { teamId: event.teamId, name: event.name, members: [], projects: [] };
  }
  if (!team) return team;
  switch (event.type) {
    case 'MemberJoined': {
      const member = { userId: event.userId, role: event.role, until: event.until ?? null };
      return { ...team, members: [...team.members, member] };
    }
    case 'ProjectCreated': {
      const project = { projectId: event.projectId, name: event.name };
      return { ...team, projects: [...team.projects, project] };
    }
  }
}
