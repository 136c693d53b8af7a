import type { ProfileCommand } from '../../domain/profile/commands.js';
import { profileStream } from '../../domain/profile/events.js';
import type { CommandContext } from '../context.js';
import { profileDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { findProfile } from './find-profile.js';

/** Who wants to change which bias profile, and from where. */
export interface ProfileTask {
  readonly principal: Principal;
  readonly profileId: string;
  readonly context: CommandContext;
  /** If-Match. */
  readonly expectedRevision: number | undefined;
}

/**
 * Lets a bias profile decide, if whoever asks may change it, and answers once the whole process knows.
 * @param commandAt makes the command for an ISO instant; asked only when the caller may
 */
export async function runProfileCommand(
  parts: Parts,
  { principal, profileId, context, expectedRevision }: ProfileTask,
  commandAt: (at: string) => ProfileCommand | Promise<ProfileCommand>,
): Promise<Result<WriteReceipt>> {
  const found = await findProfile(parts, principal, 'profiles.manage', profileId);
  if (!found.ok) return found;
  const outcome = await parts.executor.execute({
    decider: profileDecider,
    stream: profileStream(profileId),
    context,
    ...(expectedRevision !== undefined && { expectedRevision }),
    command: await commandAt(parts.clock.now().toISOString()),
  });
  return settle(parts, outcome);
}
