import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isProfileAttached } from '../../../projections/keys/queries.js';
import { PARTS, type Parts } from '../parts.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { type ProfileTask, runProfileCommand } from './run-command.js';

/** Archives a bias profile that no key has. It stays readable, and cannot be given to a key any more. */
export class ArchiveProfileCommand extends Command<Result<WriteReceipt>> {
  constructor(readonly task: ProfileTask) {
    super();
  }
}

@CommandHandler(ArchiveProfileCommand)
export class ArchiveProfileHandler implements ICommandHandler<ArchiveProfileCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ task }: ArchiveProfileCommand): Promise<Result<WriteReceipt>> {
    return runProfileCommand(this.parts, task, async (at) => ({
      type: 'ArchiveProfile',
      isAttached: await this.isAttached(task.profileId),
      at,
    }));
  }

  /**
   * Whether a key has the profile, of all that the log knows by now. A key that is given it in this very moment
   * goes unseen: it keeps a profile that cannot change any more.
   */
  private async isAttached(profileId: string): Promise<boolean> {
    const { ledger, keysListed, readDb } = this.parts;
    await keysListed(await ledger.head());
    return isProfileAttached(readDb, profileId);
  }
}
