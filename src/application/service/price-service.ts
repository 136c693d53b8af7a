import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { PricedModel } from '../../domain/service/commands.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { changeService } from './run-command.js';

/** All models and prices of a service from now on. */
export class PriceServiceCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly serviceId: string,
    readonly models: readonly PricedModel[],
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(PriceServiceCommand)
export class PriceServiceHandler implements ICommandHandler<PriceServiceCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  execute({ models, ...task }: PriceServiceCommand): Promise<Result<WriteReceipt>> {
    return changeService(this.parts, task, (at) => ({ type: 'PriceService', models, at }));
  }
}
