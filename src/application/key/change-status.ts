import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { faultOf } from '../../domain/text.js';
import { mayWiden } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { type Result, refuse } from '../result.js';
import { findTarget } from './find-target.js';
import type { KeyReceipt } from './receipt.js';
import { runKeyCommand } from './run-command.js';

export interface ChangeStatusRequest {
  readonly status: 'ACTIVE' | 'INACTIVE';
  /** Free text of the person who does it. */
  readonly reason?: string;
}

/** Disables a key or enables it again. */
export class ChangeStatusCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly request: ChangeStatusRequest,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeStatusCommand)
export class ChangeStatusHandler implements ICommandHandler<ChangeStatusCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: ChangeStatusCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, request, context, expectedRevision } = asked;
    const { status, reason } = request;
    const target = await findTarget(this.parts, principal, 'keys.update', keyId);
    if (!target.ok) return target;
    const fault = faultOf({ reason });
    if (fault) return refuse(fault.code, fault.field);
    const at = this.parts.clock.now().toISOString();
    return runKeyCommand(this.parts, {
      keyId,
      context: { ...context, ...(reason !== undefined && { reason }) },
      expectedRevision,
      command: { type: 'ChangeStatus', status, mayWiden: mayWiden(principal, target.value), at },
    });
  }
}
