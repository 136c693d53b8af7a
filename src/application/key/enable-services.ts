import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { isSameChoice } from '../../domain/key/services.js';
import { mayWiden } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type Result, refuse } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { type ServiceChoice, servicesOf } from './references.js';
import { checkServices } from './rights.js';
import { runKeyCommand } from './run-command.js';

/** Sets the whole list of a key's services, each with how it is paid. */
export class EnableServicesCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly choices: readonly ServiceChoice[],
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(EnableServicesCommand)
export class EnableServicesHandler implements ICommandHandler<EnableServicesCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: EnableServicesCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, choices, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, principal, 'keys.update', keyId);
    if (!target.ok) return target;
    const { tier, services: had } = target.value;
    // Whatever is named: of the free key nothing is looked up.
    if (tier === 'free') return refuse('key.free_services_fixed');
    const services = await servicesOf(this.parts, principal.teamId, choices, had);
    if (!services.ok) return services;
    const given = services.value.filter((one) => !had.some((other) => isSameChoice(one, other)));
    const mayGive = checkServices(principal, given);
    if (!mayGive.ok) return mayGive;
    return runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: {
        type: 'EnableServices',
        services: services.value,
        mayWiden: mayWiden(principal, target.value),
        at: this.parts.clock.now().toISOString(),
      },
    });
  }
}
