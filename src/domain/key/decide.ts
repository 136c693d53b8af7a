import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import { changeKey } from './change.js';
import type {
  AssignResources,
  ChangeStatus,
  ClaimSecret,
  ConfirmRevocation,
  DeleteKey,
  KeyCommand,
  RecordLapses,
  RecordNotice,
  RevokeKey,
} from './commands.js';
import { createKey } from './create.js';
import { type KeyEvent, notIncluded } from './events.js';
import { conflictIn } from './resources.js';
import { rotateKey } from './rotate.js';
import { enableServices } from './services.js';
import type { Key, KeyState } from './state.js';
import { keyStatus } from './status.js';
import { issueToken, revokeToken, rotateToken } from './tokens.js';
import { assignUsers } from './users.js';

type KeyDecision = Decision<KeyEvent>;

export function decide(command: KeyCommand, key: KeyState): KeyDecision {
  if (command.type === 'CreateKey') return createKey(key, command);
  if (!key || key.deletedAt !== null) return refused('key.not_found');
  switch (command.type) {
    case 'RevokeKey':
      return revoke(key, command);
    case 'ConfirmRevocation':
      return confirmRevocation(key, command);
    case 'DeleteKey':
      return remove(key, command);
    case 'RecordLapses':
      return recordLapses(key, command);
    case 'RecordNotice':
      return recordNotice(command);
    case 'ClaimSecret':
      return claimSecret(key, command);
  }
  if (key.revokedAt !== null) return refused('key.revoked');
  switch (command.type) {
    case 'ChangeKey':
      return changeKey(key, command);
    case 'ChangeStatus':
      return changeStatus(key, command);
    case 'AssignResources':
      return assignResources(key, command);
    case 'AssignUsers':
      return assignUsers(key, command);
    case 'EnableServices':
      return enableServices(key, command);
    case 'RotateKey':
      return rotateKey(key, command);
    case 'IssueToken':
      return issueToken(key, command);
    case 'RotateToken':
      return rotateToken(key, command);
    case 'RevokeToken':
      return revokeToken(key, command);
  }
}

/** Revoking a revoked key is a repeat, whatever reason it gives: the first one stands. */
function revoke(key: Key, { reason, comment, at }: RevokeKey): KeyDecision {
  if (key.tier === 'free') return refused('key.free_is_permanent');
  if (key.revokedAt !== null) return nothing;
  const fault = faultOf({ comment });
  if (fault) return refused(fault.code, fault.field);
  return happened({
    type: 'KeyRevoked',
    reason,
    ...(comment !== undefined && { comment }),
    revokedAt: at,
  });
}

/** Once: who did not know of it then has ended since, or has begun with it. */
function confirmRevocation(key: Key, { processes, at }: ConfirmRevocation): KeyDecision {
  if (key.revokedAt === null || key.confirmation !== null) return nothing;
  return happened({ type: 'RevocationConfirmed', processes, notIncluded, confirmedAt: at });
}

function remove(key: Key, { at }: DeleteKey): KeyDecision {
  if (key.tier === 'free') return refused('key.free_is_permanent');
  return happened({ type: 'KeyDeleted', deletedAt: at });
}

/** Expiry and disabling are independent: enabling an expired key clears the disabling only. */
function changeStatus(key: Key, { status, mayWiden, at }: ChangeStatus): KeyDecision {
  const isDisabled = status === 'INACTIVE';
  if (isDisabled === key.isDisabled) return nothing;
  if (!isDisabled && !mayWiden) return refused('key.only_its_user');
  return happened({ type: 'StatusChanged', status, changedAt: at });
}

function assignResources(key: Key, { resources, mayWiden, at }: AssignResources): KeyDecision {
  if (conflictIn(resources)) return refused('resource.model_conflict', 'resourceIds');
  const wanted = new Map(resources.map((one) => [one.resourceId, one]));
  const had = new Map(key.resources.map((one) => [one.resourceId, one]));
  const removed = key.resources.filter(({ resourceId }) => !wanted.has(resourceId));
  const added = [...wanted.values()].filter(({ resourceId }) => !had.has(resourceId));
  if (added.length > 0 && !mayWiden) return refused('key.only_its_user');
  return happened<KeyEvent>(
    ...removed.map((one) => ({ type: 'ResourceUnassigned', ...one, unassignedAt: at }) as const),
    ...added.map((one) => ({ type: 'ResourceAssigned', ...one, assignedAt: at }) as const),
  );
}

/** Once, and only the newest secret of a key that still works: rotation, revocation and the end of the key end it. */
function claimSecret(key: Key, { secretId, at }: ClaimSecret): KeyDecision {
  const status = keyStatus(key, at);
  const isOver = status === 'REVOKED' || status === 'EXPIRED';
  if (isOver || key.secret.secretId !== secretId || key.isSecretClaimed) return refused('claim.not_found');
  return happened({ type: 'SecretClaimed', secretId, claimedAt: at });
}

function recordNotice({ notice, causeId, days, at }: RecordNotice): KeyDecision {
  return happened({ type: 'NoticeSent', notice, causeId, ...(days !== undefined && { days }), sentAt: at });
}

/** What time alone has done, so that the history tells it; nothing waits for these events. */
function recordLapses(key: Key, { at }: RecordLapses): KeyDecision {
  if (key.revokedAt !== null) return nothing;
  const { previousSecret, expiresAt, isExpiryRecorded } = key;
  const events: KeyEvent[] = [];
  if (previousSecret !== null && previousSecret.validUntil !== null && at >= previousSecret.validUntil) {
    events.push({ type: 'PreviousSecretRetired', secretId: previousSecret.secretId, retiredAt: at });
  }
  if (expiresAt !== null && at >= expiresAt && !isExpiryRecorded) {
    events.push({ type: 'StatusChanged', status: 'EXPIRED', changedAt: at });
  }
  return happened(...events);
}
