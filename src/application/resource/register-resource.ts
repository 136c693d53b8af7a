import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ResourceType } from '../../domain/key/events.js';
import { resourceStream } from '../../domain/resource/events.js';
import { authorize } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { resourceDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { settle, type WriteReceipt } from '../receipt.js';
import { denied, done, type Result } from '../result.js';

export interface RegisterResourceRequest {
  readonly name: string;
  readonly model: string;
  readonly resourceType: ResourceType;
}

export interface RegisteredResource extends WriteReceipt {
  readonly resourceId: string;
}

export class RegisterResourceCommand extends Command<Result<RegisteredResource>> {
  constructor(
    readonly principal: Principal,
    readonly request: RegisterResourceRequest,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RegisterResourceCommand)
export class RegisterResourceHandler implements ICommandHandler<RegisterResourceCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: RegisterResourceCommand): Promise<Result<RegisteredResource>> {
    const { principal, request, context } = asked;
    const { executor, clock, newId } = this.parts;
    const verdict = authorize(principal, 'resources.manage');
    if (verdict !== 'allowed') return denied(verdict);
    const resourceId = newId();
    const { name, model, resourceType } = request;
    const { teamId } = principal;
    const at = clock.now().toISOString();
    const outcome = await executor.execute({
      decider: resourceDecider,
      stream: resourceStream(resourceId),
      context,
      command: { type: 'RegisterResource', resourceId, teamId, name, model, resourceType, at },
    });
    const settled = await settle(this.parts, outcome);
    return settled.ok ? done({ resourceId, ...settled.value }) : settled;
  }
}
