import { type Decision, happened, nothing, refused } from '../decision.js';
import { faultOf } from '../text.js';
import { allowanceFault } from './allowances.js';
import type { CreateKey } from './commands.js';
import type { KeyCreated, KeyEvent } from './events.js';
import { defaultKeyName, isKeyName } from './name.js';
import { conflictIn } from './resources.js';
import { detailsOf, type KeyState } from './state.js';
import { textsOf } from './texts.js';

/** The id is the caller's: a key that is there already was made by an earlier try of the same command. */
export function createKey(key: KeyState, command: CreateKey): Decision<KeyEvent> {
  if (key) return nothing;
  const name = command.name ?? defaultKeyName(command.keyId);
  if (!isKeyName(name)) return refused('key.name_invalid', 'name');
  const details = detailsOf(command);
  const fault = faultOf(textsOf({ name, ...details })) ?? allowanceFault(command, command.public ?? false);
  if (fault) return refused(fault.code, fault.field);
  if (conflictIn(command.resources ?? [])) return refused('resource.model_conflict', 'resourceIds');
  const created: KeyCreated = {
    type: 'KeyCreated',
    keyId: command.keyId,
    teamId: command.teamId,
    projectId: command.projectId,
    keyType: command.keyType,
    tier: command.tier,
    ...(command.keyType === 'personal_token' &&
      command.creatorId !== undefined && { userId: command.creatorId }),
    ...(command.public && { public: true }),
    name,
    ...details,
    role: command.role,
    scopes: [...new Set(command.scopes)],
    ...(command.expiresAt !== undefined && { expiresAt: command.expiresAt }),
    secret: command.secret,
    createdAt: command.at,
  };
  return happened<KeyEvent>(created, ...setsOf(command));
}

/** What is assigned or attached to a key follows as events of its own, as it does when it changes. */
function setsOf({
  creatorId,
  resources = [],
  biasProfileId,
  allowedIps,
  allowedOrigins,
  at,
}: CreateKey): KeyEvent[] {
  const events: KeyEvent[] = [];
  if (creatorId !== undefined) events.push({ type: 'UserAssigned', userId: creatorId, assignedAt: at });
  for (const one of resources) events.push({ type: 'ResourceAssigned', ...one, assignedAt: at });
  if (biasProfileId !== undefined) events.push({ type: 'BiasProfileChanged', biasProfileId, changedAt: at });
  if (allowedIps?.length) events.push({ type: 'AllowedIpsChanged', allowedIps, changedAt: at });
  if (allowedOrigins?.length) events.push({ type: 'AllowedOriginsChanged', allowedOrigins, changedAt: at });
  return events;
}
