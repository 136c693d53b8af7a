import type { Member } from '../../domain/team/state.js';
import type { Parts } from '../parts.js';

/** Somebody in a team; their name and address are null where they are not known here yet. */
export interface MemberView extends Pick<Member, 'userId' | 'role' | 'until' | 'joinedAt' | 'revision'> {
  readonly name: string | null;
  readonly email: string | null;
}

export async function showMembers(
  { lookups }: Parts,
  members: readonly Omit<MemberView, 'name' | 'email'>[],
): Promise<MemberView[]> {
  const users = await lookups.users(members.map(({ userId }) => userId));
  return members.map(({ userId, role, until, joinedAt, revision }) => {
    const { name = null, email = null } = users.get(userId) ?? {};
    return { userId, name, email, role, until, joinedAt, revision };
  });
}
