import type { UserEvent } from './events.js';

export interface User {
  readonly userId: string;
  readonly teamId: string;
  readonly teamName: string;
}

export type UserState = User | undefined;

export function evolve(_user: UserState, event: UserEvent): UserState {
  return { userId: event.userId, teamId: event.teamId, teamName: event.teamName };
}
