import { type Decision, happened, refused } from '../decision.js';
import type { AssignUsers } from './commands.js';
import type { KeyEvent } from './events.js';
import type { Key } from './state.js';
import { withdrawn } from './tokens.js';

/**
 * A user's token ends with the assignment, for ever: who is assigned again makes a new one.
 * A personal token acts as its user, so it is nobody else's business: it has this user and no other.
 */
export function assignUsers(key: Key, { userIds, notify, at }: AssignUsers): Decision<KeyEvent> {
  if (!areUsersOf(key.ownerId, userIds)) return refused('key.token_has_one_user', 'userIds');
  const wanted = [...new Set(userIds)];
  const removed = key.userIds.filter((userId) => !wanted.includes(userId));
  const added = wanted.filter((userId) => !key.userIds.includes(userId));
  const told = notify && ({ notify } as const);
  return happened<KeyEvent>(
    ...withdrawn(
      key.tokens.filter(({ userId }) => removed.includes(userId)),
      at,
    ),
    ...removed.map((userId) => ({ type: 'UserUnassigned', userId, ...told, unassignedAt: at }) as const),
    ...added.map((userId) => ({ type: 'UserAssigned', userId, ...told, assignedAt: at }) as const),
  );
}

/**
 * Whether a key may have these users and no others.
 * @param ownerId of a personal token: the user it acts as; null: any users will do
 */
export function areUsersOf(ownerId: string | null, userIds: readonly string[]): boolean {
  return ownerId === null || (userIds.length === 1 && userIds[0] === ownerId);
}
