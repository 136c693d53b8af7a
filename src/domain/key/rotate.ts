import { type Decision, happened, refused } from '../decision.js';
import type { RotateKey } from './commands.js';
import type { KeyEvent } from './events.js';
import type { Key } from './state.js';
import { keyStatus } from './status.js';

/** 30 days. */
export const graceMaxSeconds = 2_592_000;
export const graceDefaultSeconds = 86_400;

/**
 * A new secret; the present one stays good for the grace, never past the key's end. All older ones end with
 * this event, so at most two are good at any time. An expired key needs a new lifetime. A secret in its grace
 * cannot rotate: whoever has a leaked one would take the key over.
 */
export function rotateKey(key: Key, command: RotateKey): Decision<KeyEvent> {
  const { secret, gracePeriodSeconds, at } = command;
  if (command.presentedSecretId !== undefined && command.presentedSecretId !== key.secret.secretId) {
    return refused('key.secret_superseded');
  }
  if (!command.mayCutGrace && isInGrace(key, at)) return refused('key.rotation_under_way');
  const expiresAt = command.expiresAt ?? key.expiresAt;
  if (keyStatus({ ...key, expiresAt }, at) === 'EXPIRED') return refused('key.expired', 'expiresInDays');
  const graceEnd = new Date(Date.parse(at) + gracePeriodSeconds * 1_000).toISOString();
  // What had expired does not come to life again with the key: its old secret was refused already.
  const hadExpired = keyStatus(key, at) === 'EXPIRED';
  const rotated: KeyEvent = {
    type: 'KeyRotated',
    secret,
    previousSecretId: key.secret.secretId,
    previousValidUntil: hadExpired ? at : earlier(graceEnd, expiresAt),
    rotatedAt: at,
  };
  if (expiresAt === null || expiresAt === key.expiresAt) return happened(rotated);
  return happened<KeyEvent>({ type: 'ExpiryChanged', expiresAt, changedAt: at }, rotated);
}

/** Whether the secret before the present one is still good; another rotation would end it. */
function isInGrace({ previousSecret }: Key, at: string): boolean {
  return previousSecret !== null && previousSecret.validUntil !== null && at < previousSecret.validUntil;
}

function earlier(one: string, other: string | null): string {
  return other !== null && other < one ? other : one;
}
