import { containsSecret } from '../access/secret.js';
import { type Decision, happened, nothing, refused } from '../decision.js';
import type { SignUp, UserCommand } from './commands.js';
import type { UserEvent } from './events.js';
import type { UserState } from './state.js';

export function decide(command: UserCommand, user: UserState): Decision<UserEvent> {
  switch (command.type) {
    case 'SignUp':
      return signUp(user, command);
  }
}

/** The first sign-up stands: a later one only completes what the first could not finish. */
export function signUp(user: UserState, command: SignUp): Decision<UserEvent> {
  if (user) return nothing;
  if (containsSecret(command.name)) return refused('field.contains_secret', 'name');
  const { userId, email, name, teamId, teamName, at } = command;
  return happened({ type: 'UserSignedUp', userId, email, name, teamId, teamName, signedUpAt: at });
}
