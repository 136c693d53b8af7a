import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { RegisterService } from '../../domain/service/commands.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { WriteReceipt } from '../receipt.js';
import { done, type Result } from '../result.js';
import { runServiceCommand } from './run-command.js';

export type RegisterServiceRequest = Omit<RegisterService, 'type' | 'serviceId' | 'at'>;

export interface RegisteredService extends WriteReceipt {
  readonly serviceId: string;
}

/** A new entry of the platform's catalogue. */
export class RegisterServiceCommand extends Command<Result<RegisteredService>> {
  constructor(
    readonly principal: Principal,
    readonly request: RegisterServiceRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RegisterServiceCommand)
export class RegisterServiceHandler implements ICommandHandler<RegisterServiceCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ principal, request, context }: RegisterServiceCommand): Promise<Result<RegisteredService>> {
    const serviceId = this.parts.newId();
    const task = { principal, serviceId, context, expectedRevision: undefined };
    const { name, free, currency, billingPolicies, models } = request;
    const receipt = await runServiceCommand(this.parts, task, (at) => ({
      type: 'RegisterService',
      serviceId,
      name,
      free,
      currency,
      billingPolicies,
      models,
      at,
    }));
    return receipt.ok ? done({ serviceId, ...receipt.value }) : receipt;
  }
}
