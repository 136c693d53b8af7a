import type { MemberRoleChanged, ProjectEvent, Role, TeamEvent } from './events.js';
import { defaultPolicy, type TeamPolicy } from './policy.js';

export interface Member {
  readonly userId: string;
  readonly membershipId: string;
  readonly role: Role;
  readonly until: string | null;
  readonly joinedAt: string;
  /** Of the team, at the last change of this membership: what its ETag is made of. */
  readonly revision: number;
}

/** Somebody may join by it, once, until it expires. */
export interface Invitation {
  readonly membershipId: string;
  /** Personal. */
  readonly email: string;
  readonly role: Role;
  readonly until: string | null;
  readonly tokenDigest: string;
  readonly expiresAt: string;
  readonly invitedAt: string;
  /** Of the team, when it was made. */
  readonly revision: number;
}

export const projectStatuses = ['active', 'archived'] as const;
export type ProjectStatus = (typeof projectStatuses)[number];

export interface Project {
  readonly projectId: string;
  readonly name: string;
  readonly status: ProjectStatus;
  readonly createdAt: string;
  /** Of the team, at the last change of this project: what its ETag is made of. */
  readonly revision: number;
}

export interface Team {
  readonly teamId: string;
  readonly name: string;
  /** Events of the team's stream. */
  readonly revision: number;
  readonly policy: TeamPolicy;
  /** Of the team, at the last change of the policy: what its ETag is made of. */
  readonly policyRevision: number;
  readonly members: readonly Member[];
  /** Those nobody joined by yet, the oldest first. */
  readonly invitations: readonly Invitation[];
  /** In the order of their making; the first active one is where keys go that name none. */
  readonly projects: readonly Project[];
}

export type TeamState = Team | undefined;

export function evolve(team: TeamState, event: TeamEvent): TeamState {
  if (event.type === 'TeamCreated') {
    const { teamId, name } = event;
    const policy = { policy: defaultPolicy, policyRevision: 1 };
    return { teamId, name, revision: 1, ...policy, members: [], invitations: [], projects: [] };
  }
  return team && changed({ ...team, revision: team.revision + 1 }, event);
}

function changed(team: Team, event: Exclude<TeamEvent, { type: 'TeamCreated' }>): Team {
  switch (event.type) {
    case 'TeamPolicyChanged': {
      const { type: _, changedAt: __, ...policy } = event;
      return { ...team, policy, policyRevision: team.revision };
    }
    case 'MemberInvited': {
      const { type: _, until = null, ...fields } = event;
      const open = team.invitations.filter((one) => event.invitedAt < one.expiresAt);
      return { ...team, invitations: [...open, { ...fields, until, revision: team.revision }] };
    }
    case 'MemberJoined': {
      const { type: _, until = null, ...fields } = event;
      const member = { ...fields, until, revision: team.revision };
      return { ...withoutInvitation(team, event), members: [...othersThan(event.userId, team), member] };
    }
    case 'MemberRoleChanged':
      return { ...team, members: team.members.map((one) => afterChange(one, event, team.revision)) };
    case 'MemberRemoved':
      return { ...withoutInvitation(team, event), members: othersThan(event.userId, team) };
    case 'ProjectCreated': {
      const { projectId, name, createdAt } = event;
      const project = { projectId, name, status: 'active', createdAt, revision: team.revision } as const;
      return { ...team, projects: [...team.projects, project] };
    }
    case 'ProjectRenamed':
      return withProject(team, event, { name: event.name });
    case 'ProjectArchived':
      return withProject(team, event, { status: 'archived' });
    case 'ProjectRestored':
      return withProject(team, event, { status: 'active' });
  }
}

/** It is used once. */
function withoutInvitation(team: Team, { membershipId }: { readonly membershipId: string }): Team {
  return { ...team, invitations: team.invitations.filter((one) => one.membershipId !== membershipId) };
}

/** Who joins again is in the team once. */
function othersThan(userId: string | undefined, { members }: Team): readonly Member[] {
  return members.filter((one) => one.userId !== userId);
}

function afterChange(member: Member, { userId, role, until }: MemberRoleChanged, revision: number): Member {
  if (member.userId !== userId) return member;
  return { ...member, role, until: until === undefined ? member.until : until, revision };
}

function withProject(team: Team, { projectId }: ProjectEvent, changes: Partial<Project>): Team {
  const { revision } = team;
  return {
    ...team,
    projects: team.projects.map((one) =>
      one.projectId === projectId ? { ...one, ...changes, revision } : one,
    ),
  };
}
