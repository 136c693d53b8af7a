import type { TeamPolicy } from './policy.js';

export const roles = ['OWNER', 'ADMIN', 'USER', 'AUDITOR'] as const;

/** What a member may do in a team; an auditor reads everything and changes nothing. */
export type Role = (typeof roles)[number];

export interface TeamCreated {
  readonly type: 'TeamCreated';
  readonly teamId: string;
  readonly name: string;
  readonly createdAt: string;
}

/** A membership begins with an invitation: whoever joins by it has this very one. */
export interface MemberInvited {
  readonly type: 'MemberInvited';
  readonly membershipId: string;
  /** Personal: sealed in the log. */
  readonly email: string;
  readonly role: Role;
  /** The membership would end at this instant; absent: it would not end by itself. */
  readonly until?: string;
  /** SHA-256 of the token in the link, base64url. */
  readonly tokenDigest: string;
  readonly expiresAt: string;
  readonly invitedAt: string;
}

export interface MemberJoined {
  readonly type: 'MemberJoined';
  /** That of the invitation, where there was one. */
  readonly membershipId: string;
  readonly userId: string;
  readonly role: Role;
  /** The membership ends at this instant; absent: it does not end by itself. */
  readonly until?: string;
  readonly joinedAt: string;
}

export interface MemberRoleChanged {
  readonly type: 'MemberRoleChanged';
  readonly membershipId: string;
  readonly userId: string;
  readonly role: Role;
  /** Absent: unchanged; null: the membership does not end by itself any more. */
  readonly until?: string | null;
  readonly changedAt: string;
}

/** Somebody was removed, or left: the actor tells which. */
export interface MemberRemoved {
  readonly type: 'MemberRemoved';
  readonly membershipId: string;
  /** Absent: the invitation was withdrawn before anybody joined by it. */
  readonly userId?: string;
  readonly removedAt: string;
}

export type MemberEvent = MemberInvited | MemberJoined | MemberRoleChanged | MemberRemoved;

export interface ProjectCreated {
  readonly type: 'ProjectCreated';
  readonly projectId: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface ProjectRenamed {
  readonly type: 'ProjectRenamed';
  readonly projectId: string;
  readonly name: string;
  readonly renamedAt: string;
}

/** From here on verification refuses every key that acts in the project. */
export interface ProjectArchived {
  readonly type: 'ProjectArchived';
  readonly projectId: string;
  readonly archivedAt: string;
}

export interface ProjectRestored {
  readonly type: 'ProjectRestored';
  readonly projectId: string;
  readonly restoredAt: string;
}

export type ProjectEvent = ProjectCreated | ProjectRenamed | ProjectArchived | ProjectRestored;

/** All of it, what changed and what did not. */
export interface TeamPolicyChanged extends TeamPolicy {
  readonly type: 'TeamPolicyChanged';
  readonly changedAt: string;
}

export type TeamEvent = TeamCreated | TeamPolicyChanged | MemberEvent | ProjectEvent;

export const memberEventTypes = {
  MemberInvited: true,
  MemberJoined: true,
  MemberRoleChanged: true,
  MemberRemoved: true,
} as const satisfies { [T in MemberEvent['type']]: true };

export const projectEventTypes = {
  ProjectCreated: true,
  ProjectRenamed: true,
  ProjectArchived: true,
  ProjectRestored: true,
} as const satisfies { [T in ProjectEvent['type']]: true };

export const teamEventTypes = {
  TeamCreated: true,
  TeamPolicyChanged: true,
  ...memberEventTypes,
  ...projectEventTypes,
} as const satisfies { [T in TeamEvent['type']]: true };

export const teamStream = (teamId: string): string => `team-${teamId}`;
