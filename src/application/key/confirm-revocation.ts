import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Confirmation, keyStream } from '../../domain/key/events.js';
import type { CommandContext } from '../context.js';
import { keyDecider } from '../deciders.js';
import { PARTS, type Parts } from '../parts.js';
import { done, type Result } from '../result.js';
import { loadKey } from './find-target.js';
import { type KeyReceipt, receiptOf } from './receipt.js';

export interface ConfirmedRevocation extends KeyReceipt {
  readonly confirmation: Confirmation;
}

/** Waits until a key that was just revoked is refused everywhere, and writes that down; once, for who asks again. */
export class ConfirmRevocationCommand extends Command<Result<ConfirmedRevocation>> {
  constructor(
    readonly revoked: KeyReceipt,
    /** When it was asked for, in milliseconds of the monotonic clock. */
    readonly since: number,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ConfirmRevocationCommand)
export class ConfirmRevocationHandler implements ICommandHandler<ConfirmRevocationCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ revoked, since, context }: ConfirmRevocationCommand): Promise<Result<ConfirmedRevocation>> {
    const { executor, clock, everywhere } = this.parts;
    const { keyId, position } = revoked;
    const known = (await loadKey(this.parts, keyId))?.confirmation;
    if (known) return done({ ...revoked, confirmation: known });
    const processes = await everywhere(position, since);
    const outcome = await executor.execute({
      decider: keyDecider,
      stream: keyStream(keyId),
      context,
      command: { type: 'ConfirmRevocation', processes, at: clock.now().toISOString() },
    });
    if (!outcome.ok) return outcome;
    const { confirmation } = outcome.state;
    if (!confirmation) throw new Error(`The key ${keyId} was to be confirmed, but is not revoked.`);
    const receipt = await receiptOf(this.parts, keyId, outcome);
    return receipt.ok ? done({ ...receipt.value, confirmation }) : receipt;
  }
}
