import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import type { CreateKey, KeyCommand, RevokeKey } from './commands.js';
import type { KeyCreated, KeyDetails, KeyEvent } from './events.js';
import { defaultKeyName, isKeyName } from './name.js';
import type { Key, KeyState } from './state.js';

type KeyDecision = Decision<KeyEvent>;

export function decide(command: KeyCommand, key: KeyState): KeyDecision {
  switch (command.type) {
    case 'CreateKey':
      return create(key, command);
    case 'RevokeKey':
      return key ? revoke(key, command) : refused('key.not_found');
  }
}

/** The id is the caller's: a key that is there already was made by an earlier try of the same command. */
export function create(key: KeyState, command: CreateKey): KeyDecision {
  if (key) return nothing;
  const name = command.name ?? defaultKeyName(command.keyId);
  if (!isKeyName(name)) return refused('key.name_invalid', 'name');
  const details = detailsOf(command);
  const fault = faultOf({ name, ...details });
  if (fault) return refused(fault.code, fault.field);
  const created: KeyCreated = {
    type: 'KeyCreated',
    keyId: command.keyId,
    teamId: command.teamId,
    projectId: command.projectId,
    keyType: command.keyType,
    tier: command.tier,
    name,
    ...details,
    role: command.role,
    scopes: [...new Set(command.scopes)],
    ...(command.expiresAt !== undefined && { expiresAt: command.expiresAt }),
    secret: command.secret,
    createdAt: command.at,
  };
  if (command.creatorId === undefined) return happened(created);
  return happened<KeyEvent>(created, {
    type: 'UserAssigned',
    userId: command.creatorId,
    assignedAt: command.at,
  });
}

/** Revoking a revoked key is a repeat, whatever reason it gives: the first one stands. */
export function revoke(key: Key, { reason, comment, at }: RevokeKey): KeyDecision {
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

const detailNames = [
  'description',
  'department',
  'environment',
  'requestor',
  'appId',
  'businessJustification',
  'notes',
] as const satisfies readonly (keyof KeyDetails)[];

function detailsOf(command: CreateKey): KeyDetails {
  return Object.fromEntries(
    detailNames.flatMap((name) => (command[name] === undefined ? [] : [[name, command[name]]])),
  );
}
