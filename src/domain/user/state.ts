import type { UserEvent } from './events.js';

export interface User {
  readonly userId: string;
  readonly teamId: string;
  readonly teamName: string;
  /** Of the invitation they signed up with; null: the team is their own. */
  readonly membershipId: string | null;
}

export type UserState = User | undefined;

export function evolve(_user: UserState, event: UserEvent): UserState {
  const { userId, teamId, teamName, membershipId = null } = event;
  return { userId, teamId, teamName, membershipId };
}
