import { usersByIds } from '../../../projections/team/queries.js';
import type { Member } from '../../domain/team/state.js';
import type { Parts } from '../parts.js';

/** Somebody in a team; their name and address are null where they are not known here yet. */
export interface MemberView extends Pick<Member, 'userId' | 'role' | 'until' | 'joinedAt' | 'revision'> {
  readonly name: string | null;
  readonly email: string | null;
}

export async function showMembers(
  { readDb }: Parts,
  members: readonly Omit<MemberView, 'name' | 'email'>[],
): Promise<MemberView[]> {
  const users = await usersByIds(
    readDb,
    members.map(({ userId }) => userId),
  );
  const byId = new Map(users.map((user) => [user.id, user]));
  return members.map(({ userId, role, until, joinedAt, revision }) => {
    const { name = null, email = null } = byId.get(userId) ?? {};
    return { userId, name, email, role, until, joinedAt, revision };
  });
}
