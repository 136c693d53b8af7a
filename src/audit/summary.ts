import type { KeyDetailsChange, RevocationConfirmed } from '../domain/key/events.js';
import type { BiasProfileUpdated } from '../domain/profile/events.js';
import type { DomainEvent } from '../domain/recorded.js';

const reasonWords = {
  unspecified: 'no reason given',
  key_compromise: 'the secret may be known to others',
  superseded: 'another key took its place',
  cessation_of_operation: 'it is no longer needed',
  privilege_withdrawn: 'the right to use it was withdrawn',
} as const;

const statusWords = {
  ACTIVE: 'Enabled the key.',
  INACTIVE: 'Disabled the key.',
  EXPIRED: 'The key expired.',
} as const;

const policyWords = {
  free: 'for nothing',
  pay_as_you_go: 'paid as one goes',
  invoiced: 'invoiced',
} as const;

const noticeWords = {
  key_issued: 'Sent the link to the secret.',
  user_assigned: 'Told a user of the assignment.',
  user_unassigned: 'Told a user that they are not assigned any more.',
  key_rotated: 'Told the other users of the new secret.',
  expiring: 'Told that the key expires soon.',
  rotation_due: 'Told that the key is due for a new secret.',
} as const;

const detailWords: readonly (readonly [field: keyof KeyDetailsChange, words: string])[] = [
  ['name', 'the name'],
  ['description', 'the description'],
  ['department', 'the department'],
  ['environment', 'the environment'],
  ['requestor', 'the requestor'],
  ['appId', 'the app id'],
  ['businessJustification', 'the business justification'],
  ['notes', 'the notes'],
  ['notifyEmail', 'the address to notify'],
  ['externalId', 'the external id'],
  ['labels', 'the labels'],
];

/** One event as a sentence for people, without its actor. Personal data is never in it. */
export function summaryOf(event: DomainEvent): string {
  switch (event.type) {
    case 'KeyCreated':
      return `Created the ${event.tier} key “${event.name}” with ${scopesIn(event.scopes)}.`;
    case 'UserAssigned':
      return 'Assigned a user to the key.';
    case 'UserUnassigned':
      return 'Took a user from the key.';
    case 'ResourceAssigned':
      return `Assigned the resource for ${event.model} (${event.resourceType}) to the key.`;
    case 'ResourceUnassigned':
      return `Took the resource for ${event.model} (${event.resourceType}) from the key.`;
    case 'ServiceEnabled':
      return `Gave the key a service, ${policyWords[event.billingPolicy]}${modelsIn(event.models)}.`;
    case 'ServicePolicyChanged':
      return `Changed a service of the key: ${policyWords[event.billingPolicy]}${modelsIn(event.models)}.`;
    case 'ServiceDisabled':
      return 'Took a service from the key.';
    case 'KeyDetailsChanged':
      return `Changed ${listOf(detailWords.flatMap(([field, words]) => (event[field] === undefined ? [] : words)))}.`;
    case 'ScopesChanged':
      return `Gave the key ${scopesIn(event.scopes)}.`;
    case 'RoleChanged':
      return `Gave the key the role ${event.role}.`;
    case 'BiasProfileChanged':
      return event.biasProfileId === null
        ? 'Took the bias profile from the key.'
        : 'Attached a bias profile to the key.';
    case 'ExpiryChanged':
      return event.expiresAt === null
        ? 'The key does not expire any more.'
        : `The key expires at ${event.expiresAt}.`;
    case 'AllowedIpsChanged':
      return `Allowed the key from ${event.allowedIps.length === 0 ? 'all addresses' : listOf(event.allowedIps)}.`;
    case 'AllowedOriginsChanged':
      return `Allowed the key on ${event.allowedOrigins.length === 0 ? 'all pages' : listOf(event.allowedOrigins)}.`;
    case 'StatusChanged':
      return statusWords[event.status];
    case 'KeyRotated':
      return event.previousValidUntil > event.rotatedAt
        ? `Gave the key a new secret; the one before is good until ${event.previousValidUntil}.`
        : 'Gave the key a new secret; the one before ended at once.';
    case 'PreviousSecretRetired':
      return 'The secret before the last rotation came to its end.';
    case 'KeyTokenIssued':
      return 'Gave a user a token of the key.';
    case 'KeyTokenRotated':
      return 'Gave a token of the key a new secret; the one before ended at once.';
    case 'KeyTokenRevoked':
      return `Revoked a token of the key: ${reasonWords[event.reason]}.`;
    case 'SecretClaimed':
      return 'Somebody took the secret by the link that was sent.';
    case 'NoticeSent':
      return noticeWords[event.notice];
    case 'KeyDeleted':
      return 'Deleted the key.';
    case 'KeyRevoked':
      return `Revoked the key: ${reasonWords[event.reason]}.`;
    case 'RevocationConfirmed':
      return confirmationWords(event);
    case 'ResourceRegistered':
      return `Registered the resource “${event.name}” for ${event.model} (${event.resourceType}).`;
    case 'ResourceActivated':
      return 'Activated the resource.';
    case 'ResourceDeactivated':
      return 'Deactivated the resource.';
    case 'BiasProfileCreated':
      return `Created the bias profile “${event.name}”.`;
    case 'BiasProfileUpdated':
      return `Changed ${listOf(profileDetails(event))} of the bias profile.`;
    case 'BiasProfileArchived':
      return 'Archived the bias profile.';
    case 'ServiceRegistered':
      return `Registered the service “${event.name}”.`;
    case 'ServicePriced':
      return `Set the prices of the service, version ${event.priceVersion}.`;
    case 'ServiceRetired':
      return 'Retired the service.';
    case 'WalletOpened':
      return `Opened the wallet “${event.name}” in ${event.currency}.`;
    case 'WalletToppedUp':
      return `Put ${event.amountMicros} micro-units into the wallet.`;
    case 'WalletDebited':
      return `Took ${event.amountMicros - event.shortfallMicros} micro-units from the wallet.`;
    case 'TeamCreated':
      return `Created the team “${event.name}”.`;
    case 'TeamPolicyChanged':
      return 'Changed the policy of the team.';
    case 'MemberInvited':
      return `Invited somebody with the role ${event.role}.`;
    case 'MemberJoined':
      return `A member joined with the role ${event.role}.`;
    case 'MemberRoleChanged':
      return `Gave a member the role ${event.role}${event.until ? ` until ${event.until}` : ''}.`;
    case 'MemberRemoved':
      return event.userId === undefined ? 'Withdrew an invitation.' : 'A member left or was removed.';
    case 'ProjectCreated':
      return `Created the project “${event.name}”.`;
    case 'ProjectRenamed':
      return `Renamed the project to “${event.name}”.`;
    case 'ProjectArchived':
      return 'Archived the project; its keys are refused.';
    case 'ProjectRestored':
      return 'Restored the project; its keys work again.';
    case 'UserSignedUp':
      return 'Signed up.';
    case 'KeyUsesRecorded':
      return `Recorded uses of ${event.rows.length} secrets.`;
  }
}

function confirmationWords({ processes }: RevocationConfirmed): string {
  const silentCount = processes.filter(({ outcome }) => outcome === 'silent').length;
  const others = silentCount === 0 ? '' : `, ${silentCount} of which did not answer`;
  return `Waited until the key was refused everywhere: by all processes that verify, ${processes.length}${others}.`;
}

function profileDetails({ name, settings }: BiasProfileUpdated): string[] {
  return [...(name === undefined ? [] : ['the name']), ...(settings ? ['the settings'] : [])];
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Null: all that the service has. */
function modelsIn(models: readonly string[] | null): string {
  return models === null ? '' : `, with ${listOf(models)}`;
}

function scopesIn(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'no scopes' : `the scopes ${scopes.join(', ')}`;
}
