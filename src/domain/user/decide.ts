import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import type { SignUp, UserCommand } from './commands.js';
import type { UserEvent } from './events.js';
import type { UserState } from './state.js';

export function decide(command: UserCommand, user: UserState): Decision<UserEvent> {
  return signUp(user, command);
}

/** The first sign-up stands: a later one only completes what the first could not finish. */
export function signUp(user: UserState, command: SignUp): Decision<UserEvent> {
  if (user) return nothing;
  const fault = faultOf({ name: command.name, teamName: command.teamName });
  if (fault) return refused(fault.code, fault.field);
  const { userId, email, name, teamId, teamName, membershipId, at } = command;
  return happened({
    type: 'UserSignedUp',
    userId,
    email,
    name,
    teamId,
    teamName,
    ...(membershipId !== undefined && { membershipId }),
    signedUpAt: at,
  });
}
