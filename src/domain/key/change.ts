import { type Decision, happened, refused } from '../decision.js';
import { faultOf } from '../text.js';
import { allowanceFault, isWithinAddresses } from './allowances.js';
import type { ChangeKey, KeyChanges } from './commands.js';
import type { KeyDetailsChange, KeyDetailsChanged, KeyEvent } from './events.js';
import { isKeyName } from './name.js';
import { detailNames, type Key } from './state.js';
import { textsOf } from './texts.js';

/** Several changes are one append: all of them or none. What already holds makes no event. */
export function changeKey(key: Key, { changes, mayWiden, at }: ChangeKey): Decision<KeyEvent> {
  const { name } = changes;
  if (name !== undefined && !isKeyName(name)) return refused('key.name_invalid', 'name');
  const details = detailsChange(key, changes);
  const fault = faultOf(textsOf(details)) ?? allowanceFault(changes, key.public);
  if (fault) return refused(fault.code, fault.field);
  const events = eventsOf(key, changes, details, at);
  if (!mayWiden && !events.every((event) => isNarrowing(key, event))) return refused('key.only_its_user');
  return happened(...events);
}

/** Of the fields given, those that differ. */
function detailsChange(key: Key, changes: KeyChanges): KeyDetailsChange {
  const present = { ...key.details, name: key.name };
  const differing = [...detailNames, 'name' as const].filter((field) => {
    const wanted = changes[field];
    return wanted !== undefined && !isSame(wanted, present[field] ?? (field === 'labels' ? [] : null));
  });
  return Object.fromEntries(differing.map((field) => [field, changes[field]]));
}

function eventsOf(key: Key, changes: KeyChanges, details: KeyDetailsChange, at: string): KeyEvent[] {
  const { scopes, role, biasProfileId, expiresAt, allowedIps, allowedOrigins } = changes;
  const events: KeyEvent[] = [];
  if (Object.keys(details).length > 0) events.push(detailsChanged(key, details, at));
  if (scopes && !isSame(new Set(scopes), new Set(key.scopes))) {
    events.push({ type: 'ScopesChanged', scopes: [...new Set(scopes)], changedAt: at });
  }
  if (role !== undefined && role !== key.role) events.push({ type: 'RoleChanged', role, changedAt: at });
  if (biasProfileId !== undefined && biasProfileId !== key.biasProfileId) {
    events.push({ type: 'BiasProfileChanged', biasProfileId, changedAt: at });
  }
  if (expiresAt !== undefined && expiresAt !== key.expiresAt) {
    events.push({ type: 'ExpiryChanged', expiresAt, changedAt: at });
  }
  if (allowedIps && !isSame(allowedIps, key.allowedIps)) {
    events.push({ type: 'AllowedIpsChanged', allowedIps, changedAt: at });
  }
  if (allowedOrigins && !isSame(allowedOrigins, key.allowedOrigins)) {
    events.push({ type: 'AllowedOriginsChanged', allowedOrigins, changedAt: at });
  }
  return events;
}

function detailsChanged({ keyId }: Key, details: KeyDetailsChange, at: string): KeyDetailsChanged {
  return { type: 'KeyDetailsChanged', keyId, ...details, changedAt: at };
}

/** Whether an event only takes from what the key may do. */
function isNarrowing(key: Key, event: KeyEvent): boolean {
  switch (event.type) {
    case 'ScopesChanged':
      return event.scopes.every((scope) => key.scopes.includes(scope));
    case 'RoleChanged':
      return event.role === 'member';
    case 'ExpiryChanged':
      return event.expiresAt !== null && (key.expiresAt === null || event.expiresAt < key.expiresAt);
    case 'AllowedIpsChanged':
      return isWithinAddresses(event.allowedIps, key.allowedIps);
    default:
      return false;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  const plain = (value: unknown) => JSON.stringify(value instanceof Set ? [...value].toSorted() : value);
  return plain(one) === plain(other);
}
