import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import { done, type Result, refuse } from '../result.js';
import type { CreatedKey } from './create-key.js';
import { loadKey } from './find-target.js';
import { runKeyCommand } from './run-command.js';

export interface ClaimedSecret extends CreatedKey {
  readonly name: string;
}

/** Shows the secret of a new key to whoever has the link that was sent: once, and the log decides who was first. */
export class ClaimSecretCommand extends Command<Result<ClaimedSecret>> {
  constructor(
    readonly token: string,
    readonly context: Omit<CommandContext, 'actor' | 'teamId'>,
  ) {
    super();
  }
}

@CommandHandler(ClaimSecretCommand)
export class ClaimSecretHandler implements ICommandHandler<ClaimSecretCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute({ token, context }: ClaimSecretCommand): Promise<Result<ClaimedSecret>> {
    const { links, clock } = this.parts;
    const kept = await links.find(token);
    const key = kept && (await loadKey(this.parts, kept.keyId));
    if (!key || key.deletedAt !== null) return refuse('claim.not_found');
    const { keyId, secretId, secret } = kept;
    const receipt = await runKeyCommand(this.parts, {
      keyId,
      // Who takes the secret is who holds the key from now on: nothing else is known of them.
      context: { ...context, actor: { type: 'key', id: keyId, credentialId: secretId }, teamId: key.teamId },
      expectedRevision: undefined,
      command: { type: 'ClaimSecret', secretId, at: clock.now().toISOString() },
    });
    if (!receipt.ok) return receipt;
    await links.forget(secretId);
    return done({ ...receipt.value, name: key.name, secret });
  }
}
