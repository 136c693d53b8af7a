import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { graceDefaultSeconds } from '../../domain/key/rotate.js';
import { authorize, isOwner } from '../authorize.js';
import type { CommandContext } from '../context.js';
import { PARTS, type Parts } from '../parts.js';
import type { Principal } from '../principal.js';
import { done, type Result, refuse } from '../result.js';
import { makeSecret, secretPrefixOf } from '../secrets.js';
import { policyOf } from '../team/team-policy.js';
import type { CreatedKey } from './create-key.js';
import { expiryOf } from './expiry.js';
import { findTarget } from './find-target.js';
import { checkLifetime } from './policy.js';
import { checkExpiry } from './rights.js';
import { runKeyCommand } from './run-command.js';

export interface RotateKeyRequest {
  /** 0 to 2,592,000; absent: 86,400. */
  readonly gracePeriodSeconds?: number;
  /** 1 to 36,500: a new lifetime of the key. */
  readonly expiresInDays?: number;
}

/** A new secret for a key; the one before stays good for the grace. */
export class RotateKeyCommand extends Command<Result<CreatedKey>> {
  constructor(
    readonly principal: Principal,
    readonly keyId: string,
    readonly request: RotateKeyRequest,
    readonly context: CommandContext,
    readonly expectedRevision: number | undefined,
  ) {
    super();
  }
}

@CommandHandler(RotateKeyCommand)
export class RotateKeyHandler implements ICommandHandler<RotateKeyCommand> {
  constructor(@Inject(PARTS) private readonly parts: Parts) {}

  async execute(asked: RotateKeyCommand): Promise<Result<CreatedKey>> {
    const { principal, keyId, request, context, expectedRevision } = asked;
    const target = await findTarget(this.parts, principal, 'keys.rotate', keyId);
    if (!target.ok) return target;
    const key = target.value;
    const isItself = principal.type === 'key' && principal.access.keyId === keyId;
    if (key.ownerId !== null && !isItself && !isOwner(principal, key)) return refuse('key.only_its_user');
    const { gracePeriodSeconds = graceDefaultSeconds, expiresInDays } = request;
    const policy = await policyOf(this.parts, principal.teamId);
    const isOfOthers = principal.type === 'user' && principal.role === 'USER' && key.ownerId === null;
    if (isOfOthers && !policy.usersMayRotate) return refuse('key.users_may_not_rotate');
    const mayCutGrace = !isPlain(principal, isItself);
    if (!mayCutGrace && gracePeriodSeconds < graceDefaultSeconds) {
      return refuse('key.grace_too_short', 'gracePeriodSeconds');
    }
    if (expiresInDays !== undefined && authorize(principal, 'keys.update', key) !== 'allowed') {
      return refuse('right.missing', 'expiresInDays');
    }
    const now = this.parts.clock.now();
    const expiry = expiryOf(request, now);
    if (!expiry.ok) return expiry;
    if (expiry.value.expiresAt !== undefined) {
      const within = checkExpiry(principal, expiry.value.expiresAt, 'expiresInDays');
      if (!within.ok) return within;
      const allowed = checkLifetime(policy, expiry.value.expiresAt, { now, field: 'expiresInDays' });
      if (!allowed.ok) return allowed;
    }
    const { secret, record } = makeSecret(secretPrefixOf(key));
    const receipt = await runKeyCommand(this.parts, {
      keyId,
      context,
      expectedRevision,
      command: {
        ...expiry.value,
        type: 'RotateKey',
        secret: record,
        gracePeriodSeconds,
        mayCutGrace,
        ...(isItself && { presentedSecretId: principal.secret.secretId }),
        at: now.toISOString(),
      },
    });
    return receipt.ok ? done({ ...receipt.value, secret }) : receipt;
  }
}

/** Who uses a key without managing it: they cannot lock out the others who use it. */
function isPlain(principal: Principal, isItself: boolean): boolean {
  return principal.type === 'user' ? principal.role === 'USER' : isItself;
}
