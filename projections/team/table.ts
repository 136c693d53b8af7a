import { idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import { type Role, type TeamEvent, teamEventTypes } from '../../src/domain/team/events.js';
import { type UserEvent, userEventTypes } from '../../src/domain/user/events.js';
import type { ReadModel, Table } from '../runner/model.js';

export interface TeamRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface MemberRow {
  /** `<teamId>/<userId>`: a user is in a team once. */
  readonly memberId: string;
  readonly membershipId: string;
  readonly teamId: string;
  readonly userId: string;
  readonly role: Role;
  /** From this instant on the membership has ended; null: it does not end by itself. */
  readonly until: string | null;
  readonly joinedAt: string;
}

export interface ProjectRow {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface UserRow {
  readonly id: string;
  /** Personal. */
  readonly email: string;
  /** Personal. */
  readonly name: string;
  readonly signedUpAt: string;
}

/** The one row an event is about: its table and its key. */
type Target = readonly [table: 'teams' | 'members' | 'projects' | 'users', key: string];

function targetOf({ event, stream }: Recorded<TeamEvent | UserEvent>): Target {
  switch (event.type) {
    case 'TeamCreated':
      return ['teams', event.teamId];
    case 'MemberJoined':
      return ['members', `${idOfStream(stream)}/${event.userId}`];
    case 'ProjectCreated':
      return ['projects', event.projectId];
    case 'UserSignedUp':
      return ['users', event.userId];
  }
}

const eventTypes = { ...teamEventTypes, ...userEventTypes };

function keysIn(recorded: Recorded, wanted: Target[0]): string[] {
  if (!isOneOf(recorded, eventTypes)) return [];
  const [table, key] = targetOf(recorded);
  return table === wanted ? [key] : [];
}

export const teamRows: Table<TeamRow> = {
  name: 'teams',
  key: 'id',
  columns: { id: 'id', name: 'text', createdAt: 'instant' },
  indexes: [],
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
  },
  indexes: ['(team_id)', '(user_id)'],
  keysOf: (recorded) => keysIn(recorded, 'members'),
  apply(row, { event, stream }, memberId) {
    if (event.type !== 'MemberJoined') return row;
    const { membershipId, userId, role, until = null, joinedAt } = event;
    return { memberId, membershipId, teamId: idOfStream(stream), userId, role, until, joinedAt };
  },
};

export const projectRows: Table<ProjectRow> = {
  name: 'projects',
  key: 'id',
  columns: { id: 'id', teamId: 'id', name: 'text', createdAt: 'instant' },
  indexes: ['(team_id, created_at, id)'],
  keysOf: (recorded) => keysIn(recorded, 'projects'),
  apply(row, { event, stream }) {
    if (event.type !== 'ProjectCreated') return row;
    const { projectId, name, createdAt } = event;
    return { id: projectId, teamId: idOfStream(stream), name, createdAt };
  },
};

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
  version: 1,
  tables: [teamRows, memberRows, projectRows, userRows],
};
