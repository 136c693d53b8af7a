import type { Role } from './events.js';
import type { TeamPolicy } from './policy.js';
import type { ProjectStatus } from './state.js';

/** Founds a team with its first owner and its first project. */
export interface FoundTeam {
  readonly type: 'FoundTeam';
  readonly teamId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly membershipId: string;
  readonly projectId: string;
  readonly at: string;
}

/** Who asks: id of a user, also of one whose personal token does; null: a key that acts for nobody. */
export type Asker = string | null;

export interface CreateProject {
  readonly type: 'CreateProject';
  readonly projectId: string;
  readonly name: string;
  readonly by: Asker;
  readonly at: string;
}

export interface RenameProject {
  readonly type: 'RenameProject';
  readonly projectId: string;
  readonly name: string;
  readonly by: Asker;
  readonly at: string;
}

export interface ChangeProjectStatus {
  readonly type: 'ChangeProjectStatus';
  readonly projectId: string;
  readonly status: ProjectStatus;
  readonly by: Asker;
  readonly at: string;
}

export type ProjectCommand = CreateProject | RenameProject | ChangeProjectStatus;

export interface ChangeMember {
  readonly type: 'ChangeMember';
  readonly userId: string;
  readonly role: Role;
  /** ISO instant; absent: unchanged; null: none. */
  readonly until?: string | null;
  /** Id of the user who asks. */
  readonly by: string;
  readonly at: string;
}

export interface RemoveMember {
  readonly type: 'RemoveMember';
  readonly userId: string;
  readonly by: string;
  readonly at: string;
}

export interface InviteMember {
  readonly type: 'InviteMember';
  readonly membershipId: string;
  /** Normalised. */
  readonly email: string;
  readonly role: Role;
  /** ISO instant; of auditors only. */
  readonly until?: string;
  readonly tokenDigest: string;
  /** ISO instant. */
  readonly expiresAt: string;
  readonly by: string;
  readonly at: string;
}

export interface WithdrawInvitation {
  readonly type: 'WithdrawInvitation';
  readonly membershipId: string;
  readonly by: string;
  readonly at: string;
}

/** By somebody who has the token of the invitation. */
export interface JoinTeam {
  readonly type: 'JoinTeam';
  readonly membershipId: string;
  readonly userId: string;
  /** Normalised. */
  readonly email: string;
  readonly at: string;
}

export type MemberCommand = ChangeMember | RemoveMember | InviteMember | WithdrawInvitation | JoinTeam;

/** Absent is unchanged, lists are replaced whole. */
export interface ChangePolicy {
  readonly type: 'ChangePolicy';
  readonly changes: Partial<TeamPolicy>;
  /** Id of the user who asks. */
  readonly by: string;
  readonly at: string;
}

export type TeamCommand = FoundTeam | ChangePolicy | ProjectCommand | MemberCommand;
