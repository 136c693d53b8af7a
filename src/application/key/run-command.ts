import type { KeyCommand } from '../../domain/key/commands.js';
import { keyStream } from '../../domain/key/events.js';
import type { CommandContext } from '../context.js';
import { keyDecider } from '../deciders.js';
import type { Parts } from '../parts.js';
import type { Result } from '../result.js';
import { type KeyReceipt, receiptOf } from './receipt.js';

/** A command on one key, with what is known about it besides. */
export interface KeyCommandRun {
  readonly keyId: string;
  readonly command: KeyCommand;
  readonly context: CommandContext;
  /** If-Match. */
  readonly expectedRevision: number | undefined;
  readonly isNew?: true;
}

/** Lets a key decide, and answers once the whole process knows what happened. */
export async function runKeyCommand(
  parts: Parts,
  { keyId, command, context, expectedRevision, isNew }: KeyCommandRun,
): Promise<Result<KeyReceipt>> {
  const outcome = await parts.executor.execute({
    decider: keyDecider,
    stream: keyStream(keyId),
    context,
    ...(expectedRevision !== undefined && { expectedRevision }),
    ...(isNew && { isNew }),
    command,
  });
  return receiptOf(parts, keyId, outcome);
}
