import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import { allowanceFault } from './allowances.js';
import type { CreateKey } from './commands.js';
import type { KeyCreated, KeyEvent } from './events.js';
import { defaultKeyName, isKeyName } from './name.js';
import { conflictIn } from './resources.js';
import { detailsOf, type KeyState } from './state.js';
import { textsOf } from './texts.js';
import { areUsersOf } from './users.js';

/** The id is the caller's: a key that is there already was made by an earlier try of the same command. */
export function createKey(key: KeyState, command: CreateKey): Decision<KeyEvent> {
  if (key) return nothing;
  const name = command.name ?? defaultKeyName(command.keyId);
  if (!isKeyName(name)) return refused('key.name_invalid', 'name');
  const details = detailsOf(command);
  const fault = faultOf(textsOf({ name, ...details })) ?? allowanceFault(command, command.public ?? false);
  if (fault) return refused(fault.code, fault.field);
  if (conflictIn(command.resources ?? [])) return refused('resource.model_conflict', 'resourceIds');
  const ownerId = command.keyType === 'personal_token' ? (command.creatorId ?? null) : null;
  const userIds = usersOf(command);
  if (!areUsersOf(ownerId, userIds)) return refused('key.token_has_one_user', 'userIds');
  const created: KeyCreated = {
    type: 'KeyCreated',
    keyId: command.keyId,
    teamId: command.teamId,
    projectId: command.projectId,
    keyType: command.keyType,
    tier: command.tier,
    ...(ownerId !== null && { userId: ownerId }),
    ...(command.public && { public: true }),
    name,
    ...details,
    role: command.role,
    scopes: [...new Set(command.scopes)],
    ...(command.expiresAt !== undefined && { expiresAt: command.expiresAt }),
    secret: command.secret,
    createdAt: command.at,
  };
  return happened<KeyEvent>(created, ...setsOf(command, userIds));
}

/** Whoever creates a key is assigned to it, the first of all. */
function usersOf({ creatorId, userIds = [] }: CreateKey): readonly string[] {
  return [...new Set([...(creatorId === undefined ? [] : [creatorId]), ...userIds])];
}

/** What is assigned or attached to a key follows as events of its own, as it does when it changes. */
function setsOf(
  { resources = [], services = [], biasProfileId, allowedIps, allowedOrigins, at }: CreateKey,
  userIds: readonly string[],
): KeyEvent[] {
  const events: KeyEvent[] = [];
  for (const userId of userIds) events.push({ type: 'UserAssigned', userId, assignedAt: at });
  for (const one of resources) events.push({ type: 'ResourceAssigned', ...one, assignedAt: at });
  for (const one of services) events.push({ type: 'ServiceEnabled', ...one, enabledAt: at });
  if (biasProfileId !== undefined) events.push({ type: 'BiasProfileChanged', biasProfileId, changedAt: at });
  if (allowedIps?.length) events.push({ type: 'AllowedIpsChanged', allowedIps, changedAt: at });
  if (allowedOrigins?.length) events.push({ type: 'AllowedOriginsChanged', allowedOrigins, changedAt: at });
  return events;
}
