import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { PARTS, type Parts } from '../parts.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import type { CreateProfileRequest } from './create-profile.js';
import { type ProfileTask, runProfileCommand } from './run-command.js';

/** Absent is unchanged; settings are replaced whole. */
export type UpdateProfileRequest = Partial<CreateProfileRequest>;

export class UpdateProfileCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly task: ProfileTask,
    readonly request: UpdateProfileRequest,
  ) {
    super();
  }
}

@CommandHandler(UpdateProfileCommand)
export class UpdateProfileHandler implements ICommandHandler<UpdateProfileCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ task, request }: UpdateProfileCommand): Promise<Result<WriteReceipt>> {
    return runProfileCommand(this.parts, task, (at) => ({ type: 'UpdateProfile', ...request, at }));
  }
}
