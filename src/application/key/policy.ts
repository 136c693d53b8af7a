import type { KeyChanges } from '../../domain/key/commands.js';
import type { KeyDetails } from '../../domain/key/events.js';
import type { Key } from '../../domain/key/state.js';
import { isAddressAllowed, isNameAllowed, missingField, type TeamPolicy } from '../../domain/team/policy.js';
import { done, type Result, refuse } from '../result.js';
import { daysAfter } from './expiry.js';

/** Whether a new key is as the team wants its keys to be. */
export function checkNewKey(
  policy: TeamPolicy,
  { name, ...details }: KeyDetails & { readonly name?: string },
): Result<void> {
  if (name !== undefined && !isNameAllowed(policy, name)) return refuse('key.name_not_identifier', 'name');
  const missing = missingField(policy, details);
  return missing ? refuse('key.field_required', missing) : checkAddress(policy, details.notifyEmail);
}

/** Whether a change leaves a key as the team wants it; what it lacked before may go on lacking. */
export function checkChange(policy: TeamPolicy, key: Key, { name, ...changes }: KeyChanges): Result<void> {
  const isRenamed = name !== undefined && name !== key.name;
  if (isRenamed && !isNameAllowed(policy, name)) return refuse('key.name_not_identifier', 'name');
  const cleared = policy.requiredFields.find(
    (field) => changes[field] !== undefined && !changes[field] && key.details[field],
  );
  if (cleared) return refuse('key.field_required', cleared);
  return changes.notifyEmail === key.details.notifyEmail
    ? done(undefined)
    : checkAddress(policy, changes.notifyEmail);
}

/** A link to a secret goes only where the team lets its people be; null and absent go nowhere. */
function checkAddress(policy: TeamPolicy, notifyEmail: string | null | undefined): Result<void> {
  const isAllowed = typeof notifyEmail !== 'string' || isAddressAllowed(policy, notifyEmail);
  return isAllowed ? done(undefined) : refuse('key.domain_not_allowed', 'notifyEmail');
}

/**
 * No key is given a longer life from now on than the team gives.
 * @param expiresAt ISO instant; null: never
 * @param field that asks for it
 */
export function checkLifetime(
  { maxExpiresInDays }: TeamPolicy,
  expiresAt: string | null,
  { now, field }: { readonly now: Date; readonly field: string },
): Result<void> {
  if (maxExpiresInDays === null) return done(undefined);
  const exceeds = expiresAt === null || expiresAt > daysAfter(now, maxExpiresInDays);
  return exceeds ? refuse('key.expiry_exceeds_policy', field) : done(undefined);
}

/** The end of a key that is made without a word about it; null: none. */
export function defaultEnd({ defaultExpiresInDays, maxExpiresInDays }: TeamPolicy, now: Date): string | null {
  const days = defaultExpiresInDays ?? maxExpiresInDays;
  return days === null ? null : daysAfter(now, days);
}
