import { type Kysely, sql } from 'kysely';
import type { Role } from '../../src/domain/team/events.js';
import type { MemberRow, ProjectRow, TeamRow, UserRow } from './table.js';

export interface TeamDatabase {
  'read.teams': TeamRow;
  'read.members': MemberRow;
  'read.projects': ProjectRow;
  'read.users': UserRow;
}

/** A team someone is in, and as what. */
export interface TeamOfUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** From this instant on the membership has ended; null: it does not end by itself. */
  readonly until: string | null;
}

/** The team joined first comes first; memberships that have ended by their date are among them. */
export async function teamsOfUser(db: Kysely<TeamDatabase>, userId: string): Promise<TeamOfUser[]> {
  return db
    .selectFrom('read.members as member')
    .innerJoin('read.teams as team', 'team.id', 'member.teamId')
    .select(['team.id', 'team.name', 'member.role', 'member.until'])
    .where('member.userId', '=', userId)
    .orderBy('member.joinedAt')
    .orderBy('team.id')
    .execute();
}

export interface TeamFilter {
  readonly limit: number;
  /** The last team of the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string };
}

/** A page of all teams, newest first. */
export async function listTeams(db: Kysely<TeamDatabase>, { limit, after }: TeamFilter): Promise<TeamRow[]> {
  return db
    .selectFrom('read.teams')
    .selectAll()
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

export interface MemberFilter {
  readonly teamId: string;
  readonly limit: number;
  /** The last member of the page before. */
  readonly after?: { readonly joinedAt: string; readonly userId: string };
}

/** A page of a team's members, who joined last first; memberships that have ended by their date are among them. */
export async function membersOfTeam(
  db: Kysely<TeamDatabase>,
  { teamId, limit, after }: MemberFilter,
): Promise<MemberRow[]> {
  return db
    .selectFrom('read.members')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(joined_at, user_id) < (${after?.joinedAt}::timestamptz, ${after?.userId})`),
    )
    .orderBy('joinedAt', 'desc')
    .orderBy('userId', 'desc')
    .limit(limit)
    .execute();
}

export interface ProjectFilter {
  readonly teamId: string;
  /** Only this one, if it is the team's. */
  readonly projectId?: string;
  readonly limit: number;
  /** The last project of the page before. */
  readonly after?: { readonly createdAt: string; readonly id: string };
}

/** A page of a team's projects, newest first. */
export async function projectsOfTeam(
  db: Kysely<TeamDatabase>,
  { teamId, projectId, limit, after }: ProjectFilter,
): Promise<ProjectRow[]> {
  return db
    .selectFrom('read.projects')
    .selectAll()
    .where('teamId', '=', teamId)
    .$if(projectId !== undefined, (query) => query.where('id', '=', sql<string>`${projectId}`))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.createdAt}::timestamptz, ${after?.id})`),
    )
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** A member by name; null where the user is not known here yet. */
export interface NamedMember extends Pick<MemberRow, 'memberId' | 'userId' | 'until'> {
  readonly name: string | null;
  /** Personal. */
  readonly email: string | null;
}

/** Members in no particular order, those whose time is over among them; who is none, or no more, is left out. */
export async function membersByIds(
  db: Kysely<TeamDatabase>,
  memberIds: readonly string[],
): Promise<NamedMember[]> {
  if (memberIds.length === 0) return [];
  return db
    .selectFrom('read.members as member')
    .leftJoin('read.users as user', 'user.id', 'member.userId')
    .select(['member.memberId', 'member.userId', 'member.until', 'user.name', 'user.email'])
    .where('member.memberId', '=', sql<string>`any(${memberIds})`)
    .execute();
}

/** Users in no particular order; ids that nobody has are left out. */
export async function usersByIds(db: Kysely<TeamDatabase>, ids: readonly string[]): Promise<UserRow[]> {
  if (ids.length === 0) return [];
  return db.selectFrom('read.users').selectAll().where('id', '=', sql<string>`any(${ids})`).execute();
}
