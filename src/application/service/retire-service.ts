import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { changeService } from './run-command.js';

/** A service that no key can be given any more. */
export class RetireServiceCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly serviceId: string,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RetireServiceCommand)
export class RetireServiceHandler implements ICommandHandler<RetireServiceCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute(task: RetireServiceCommand): Promise<Result<WriteReceipt>> {
    return changeService(this.parts, task, (at) => ({ type: 'RetireService', at }));
  }
}
