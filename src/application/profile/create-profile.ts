import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { profileStream } from '../../domain/profile/events.js';
import type { Settings } from '../../domain/profile/settings.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { profileDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { denied, done, type Result } from '../result.js';

export interface CreateProfileRequest {
  readonly name: string;
  /** At most 8 KiB as JSON in UTF-8. */
  readonly settings: Settings;
}

export interface CreatedProfile extends WriteReceipt {
  readonly profileId: string;
}

export class CreateProfileCommand extends Command<Result<CreatedProfile>> {
  constructor(
    readonly principal: Principal,
    readonly request: CreateProfileRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(CreateProfileCommand)
export class CreateProfileHandler implements ICommandHandler<CreateProfileCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: CreateProfileCommand): Promise<Result<CreatedProfile>> {
    const { principal, request, context } = asked;
    const { executor, clock, newId } = this.parts;
    const verdict = authorize(principal, 'profiles.manage');
    if (verdict !== 'allowed') return denied(verdict);
    const profileId = newId();
    const { name, settings } = request;
    const { teamId } = principal;
    const at = clock.now().toISOString();
    const outcome = await executor.execute({
      decider: profileDecider,
      stream: profileStream(profileId),
      context,
      command: { type: 'CreateProfile', profileId, teamId, name, settings, at },
    });
    const settled = await settle(this.parts, outcome);
    return settled.ok ? done({ profileId, ...settled.value }) : settled;
  }
}
