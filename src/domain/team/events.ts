/** What a member may do in a team; an auditor reads everything and changes nothing. */
export type Role = 'OWNER' | 'ADMIN' | 'USER' | 'AUDITOR';

export interface TeamCreated {
  readonly type: 'TeamCreated';
  readonly teamId: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface MemberJoined {
  readonly type: 'MemberJoined';
  readonly membershipId: string;
  readonly userId: string;
  readonly role: Role;
  /** The membership ends at this instant; absent: it does not end by itself. */
  readonly until?: string;
  readonly joinedAt: string;
}

export interface ProjectCreated {
  readonly type: 'ProjectCreated';
  readonly projectId: string;
  readonly name: string;
  readonly createdAt: string;
}

export type TeamEvent = TeamCreated | MemberJoined | ProjectCreated;

export const teamEventTypes = {
  TeamCreated: true,
  MemberJoined: true,
  ProjectCreated: true,
} as const satisfies { [T in TeamEvent['type']]: true };

export const teamStream = (teamId: string): string => `team-${teamId}`;
