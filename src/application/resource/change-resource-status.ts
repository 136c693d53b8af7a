import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { resourceStream } from '../../domain/resource/events.js';
import type { ResourceStatus } from '../../domain/resource/state.js';
import type { CommandContext } from '../context.js';
import { resourceDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import type { Result } from '../result.js';
import { findResource } from './find-resource.js';

/** Activates or deactivates a resource, for every key that it is assigned to. */
export class ChangeResourceStatusCommand extends Command<Result<WriteReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly resourceId: string,
    readonly status: ResourceStatus,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeResourceStatusCommand)
export class ChangeResourceStatusHandler implements ICommandHandler<ChangeResourceStatusCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: ChangeResourceStatusCommand): Promise<Result<WriteReceipt>> {
    const { principal, resourceId, status, context, expectedRevision } = asked;
    const found = await findResource(this.parts, principal, 'resources.manage', resourceId);
    if (!found.ok) return found;
    const at = this.parts.clock.now().toISOString();
    const outcome = await this.parts.executor.execute({
      decider: resourceDecider,
      stream: resourceStream(resourceId),
      context,
      ...(expectedRevision !== undefined && { expectedRevision }),
      command: { type: 'ChangeResourceStatus', status, at },
    });
    return settle(this.parts, outcome);
  }
}
