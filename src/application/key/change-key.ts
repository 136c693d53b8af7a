import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { KeyChanges } from '../../domain/key/commands.js';
import { mayWiden } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import type { Result } from '../result.js';
import { policyOf } from '../team/team-policy.js';
import { expiryChangeOf, expiryFieldOf } from './expiry.js';
import { findTarget } from './find-target.js';
import { checkChange, checkLifetime } from './policy.js';
import type { KeyReceipt } from './receipt.js';
import { checkProfile } from './references.js';
import { checkAddresses, checkExpiry, checkRights } from './rights.js';
import { runKeyCommand } from './run-command.js';

/** Absent is unchanged, null is cleared, lists are replaced whole. */
export interface ChangeKeyRequest extends KeyChanges {
  /** 1 to 36,500; null: it does not expire any more. */
  readonly expiresInDays?: number | null;
}

/** Changes any fields of a key in one append. */
export class ChangeKeyCommand extends Command<Result<KeyReceipt>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly request: ChangeKeyRequest,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(ChangeKeyCommand)
export class ChangeKeyHandler implements ICommandHandler<ChangeKeyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: ChangeKeyCommand): Promise<Result<KeyReceipt>> {
    const { principal, keyId, request, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, principal, 'keys.update', keyId);
    if (!target.ok) return target;
    const rights = checkRights(principal, request);
    if (!rights.ok) return rights;
    const policy = await policyOf(this.parts, principal.teamId);
    const isWanted = checkChange(policy, target.value, request);
    if (!isWanted.ok) return isWanted;
    // What it has already is a repeat, also when the profile was archived since.
    const wanted = request.biasProfileId === target.value.biasProfileId ? null : request.biasProfileId;
    const profile = await checkProfile(this.parts, principal.teamId, wanted);
    if (!profile.ok) return profile;
    const { allowedIps } = request;
    if (allowedIps && allowedIps.join() !== target.value.allowedIps.join()) {
      const isWithin = checkAddresses(principal, allowedIps);
      if (!isWithin.ok) return isWithin;
    }
    const now = this.parts.clock.now();
    const expiry = expiryChangeOf(request, now);
    if (!expiry.ok) return expiry;
    const { expiresAt = target.value.expiresAt } = expiry.value;
    if (expiresAt !== target.value.expiresAt) {
      const field = expiryFieldOf(request);
      const within = checkExpiry(principal, expiresAt, field);
      if (!within.ok) return within;
      const allowed = checkLifetime(policy, expiresAt, { now, field });
      if (!allowed.ok) return allowed;
    }
    const { expiresInDays: _, expiresAt: __, ...given } = request;
    return runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: {
        type: 'ChangeKey',
        changes: { ...given, ...expiry.value },
        mayWiden: mayWiden(principal, target.value),
        at: now.toISOString(),
      },
    });
  }
}
