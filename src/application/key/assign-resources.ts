import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { mayWiden } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { Result } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { resourcesOf } from './references.js';
import { checkResources } from './rights.js';
import { runKeyCommand } from './run-command.js';

/** Sets the whole list of a key's resources. */
export class AssignResourcesCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly resourceIds: readonly string[],
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(AssignResourcesCommand)
export class AssignResourcesHandler implements ICommandHandler<AssignResourcesCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: AssignResourcesCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, resourceIds, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, principal, 'keys.update', keyId);
    if (!target.ok) return target;
    const resources = await resourcesOf(this.parts, principal.teamId, resourceIds);
    if (!resources.ok) return resources;
    const had = new Set(target.value.resources.map(({ resourceId }) => resourceId));
    const added = resources.value.filter(({ resourceId }) => !had.has(resourceId));
    const mayGive = checkResources(principal, added);
    if (!mayGive.ok) return mayGive;
    return runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: {
        type: 'AssignResources',
        resources: resources.value,
        mayWiden: mayWiden(principal, target.value),
        at: this.parts.clock.now().toISOString(),
      },
    });
  }
}
