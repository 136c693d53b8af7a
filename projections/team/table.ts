import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import {
  type MemberEvent,
  memberEventTypes,
  type ProjectEvent,
  projectEventTypes,
  type Role,
  type TeamEvent,
  teamEventTypes,
} from '../../src/domain/team/events.js';
import type { ProjectStatus } from '../../src/domain/team/state.js';
import { type UserEvent, userEventTypes } from '../../src/domain/user/events.js';
import type { ReadModel, Table } from '../runner/model.js';

export interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface MemberRow {
  /** As `memberIdOf` makes it: a user is in a team once. */
  readonly memberId: string;
  readonly membershipId: string;
  readonly teamId: string;
  readonly userId: string;
  readonly role: Role;
  /** From this instant on the membership has ended; null: it does not end by itself. */
  readonly until: string | null;
  readonly joinedAt: string;
  /** Of the team, at the last change of this membership: what its ETag is made of. */
  readonly revision: number;
}

export function memberIdOf(teamId: string, userId: string): string {
  return `${teamId}/${userId}`;
}

export interface ProjectRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly status: ProjectStatus;
  readonly createdAt: string;
  /** Of the team, at the last change of this project: what its ETag is made of. */
  readonly revision: number;
}

export interface UserRow {
  readonly id: string;
  /** Personal. */
  readonly email: string;
  /** Personal. */
  readonly name: string;
  readonly signedUpAt: string;
}

/** The one row an event is about: its table and its key. An invitation is about nobody who is known yet. */
type Target = readonly [table: 'teams' | 'members' | 'projects' | 'users', key: string];

function targetOf({ event, stream }: Recorded<TeamEvent | UserEvent>): Target | undefined {
  switch (event.type) {
    case 'TeamCreated':
      return ['teams', event.teamId];
    case 'TeamPolicyChanged':
    case 'MemberInvited':
      return undefined;
    case 'MemberJoined':
    case 'MemberRoleChanged':
    case 'MemberRemoved':
      if (event.userId === undefined) return undefined;
      return ['members', memberIdOf(idOfStream(stream), event.userId)];
    case 'ProjectCreated':
    case 'ProjectRenamed':
    case 'ProjectArchived':
    case 'ProjectRestored':
      return ['projects', event.projectId];
    case 'UserSignedUp':
      return ['users', event.userId];
  }
}

const eventTypes = { ...teamEventTypes, ...userEventTypes };

function keysIn(recorded: Recorded, wanted: Target[0]): string[] {
  if (!isOneOf(recorded, eventTypes)) return [];
  const [table, key] = targetOf(recorded) ?? [];
  return key !== undefined && table === wanted ? [key] : [];
}

export const teamRows: Table<TeamRow> = {
  name: 'teams',
  key: 'id',
  columns: { id: 'id', name: 'text', createdAt: 'instant' },
  indexes: ['(created_at desc, id desc)'],
  keysOf: (recorded) => keysIn(recorded, 'teams'),
  apply(row, { event }) {
    if (event.type !== 'TeamCreated') return row;
    return { id: event.teamId, name: event.name, createdAt: event.createdAt };
  },
};

export const memberRows: Table<MemberRow> = {
  name: 'members',
  key: 'memberId',
  columns: {
    memberId: 'id',
    membershipId: 'id',
    teamId: 'id',
    userId: 'id',
    role: 'text',
    until: 'instant | null',
    joinedAt: 'instant',
    revision: 'integer',
  },
  indexes: ['(team_id, joined_at desc, user_id desc)', '(user_id)'],
  keysOf: (recorded) => keysIn(recorded, 'members'),
  apply: (row, recorded, memberId) =>
    isOneOf(recorded, memberEventTypes) ? memberAfter(row, recorded, memberId) : row,
};

function memberAfter(
  row: MemberRow | undefined,
  { event, stream, revision }: Recorded<MemberEvent>,
  memberId: string,
): MemberRow | undefined {
  switch (event.type) {
    case 'MemberInvited':
      return row;
    case 'MemberJoined': {
      const { type: _, until = null, ...fields } = event;
      return { memberId, teamId: idOfStream(stream), ...fields, until, revision };
    }
    case 'MemberRoleChanged': {
      const { role, until } = event;
      return row && { ...row, role, until: until === undefined ? row.until : until, revision };
    }
    case 'MemberRemoved':
      return undefined;
  }
}

export const projectRows: Table<ProjectRow> = {
  name: 'projects',
  key: 'id',
  columns: {
    id: 'id',
    teamId: 'id',
    name: 'text',
    status: 'text',
    createdAt: 'instant',
    revision: 'integer',
  },
  indexes: ['(team_id, created_at, id)'],
  keysOf: (recorded) => keysIn(recorded, 'projects'),
  apply: (row, recorded) => (isOneOf(recorded, projectEventTypes) ? projectAfter(row, recorded) : row),
};

function projectAfter(
  row: ProjectRow | undefined,
  { event, stream, revision }: Recorded<ProjectEvent>,
): ProjectRow | undefined {
  switch (event.type) {
    case 'ProjectCreated': {
      const { projectId: id, name, createdAt } = event;
      return { id, teamId: idOfStream(stream), name, status: 'active', createdAt, revision };
    }
    case 'ProjectRenamed':
      return row && { ...row, name: event.name, revision };
    case 'ProjectArchived':
      return row && { ...row, status: 'archived', revision };
    case 'ProjectRestored':
      return row && { ...row, status: 'active', revision };
  }
}

export const userRows: Table<UserRow> = {
  name: 'users',
  key: 'id',
  columns: { id: 'id', email: 'text', name: 'text', signedUpAt: 'instant' },
  indexes: [],
  keysOf: (recorded) => keysIn(recorded, 'users'),
  apply(row, { event }) {
    if (event.type !== 'UserSignedUp') return row;
    const { userId, email, name, signedUpAt } = event;
    return { id: userId, email, name, signedUpAt };
  },
};

/** Who is in which team, what projects it has, and what its people are called. */
export const teamModel: ReadModel = {
  name: 'team',
  version: 3,
  tables: [teamRows, memberRows, projectRows, userRows],
};
