import type { DomainEvent, EventType, Metadata } from '../../domain/recorded.js';

/** Names the data key of the key ring that seals a field: destroying that key erases the field for ever. */
type SealedUnder<E> = (event: E, metadata: Metadata) => string;

interface Format<E> {
  /** Version of the shape that is written now. Older ones are upcast when they are read. */
  readonly schema: number;
  /** The fields that hold personal data: these are text, and sealed one by one. */
  readonly personal: { readonly [F in keyof E]?: SealedUnder<E> };
}

/** Every event that the log may hold. An event without a row here does not compile. */
export const formats: { readonly [T in EventType]: Format<Extract<DomainEvent, { type: T }>> } = {
  KeyCreated: { schema: 1, personal: { requestor: ofKey, notes: ofKey, notifyEmail: ofKey } },
  UserAssigned: { schema: 1, personal: {} },
  UserUnassigned: { schema: 1, personal: {} },
  ResourceAssigned: { schema: 1, personal: {} },
  ResourceUnassigned: { schema: 1, personal: {} },
  ServiceEnabled: { schema: 1, personal: {} },
  ServicePolicyChanged: { schema: 1, personal: {} },
  ServiceDisabled: { schema: 1, personal: {} },
  KeyDetailsChanged: { schema: 1, personal: { requestor: ofKey, notes: ofKey, notifyEmail: ofKey } },
  ScopesChanged: { schema: 1, personal: {} },
  RoleChanged: { schema: 1, personal: {} },
  BiasProfileChanged: { schema: 1, personal: {} },
  ExpiryChanged: { schema: 1, personal: {} },
  AllowedIpsChanged: { schema: 1, personal: {} },
  AllowedOriginsChanged: { schema: 1, personal: {} },
  StatusChanged: { schema: 1, personal: {} },
  KeyRotated: { schema: 1, personal: {} },
  PreviousSecretRetired: { schema: 1, personal: {} },
  KeyTokenIssued: { schema: 1, personal: {} },
  KeyTokenRotated: { schema: 1, personal: {} },
  KeyTokenRevoked: { schema: 1, personal: {} },
  SecretClaimed: { schema: 1, personal: {} },
  NoticeSent: { schema: 1, personal: {} },
  KeyRevoked: { schema: 1, personal: {} },
  RevocationConfirmed: { schema: 1, personal: {} },
  KeyDeleted: { schema: 1, personal: {} },
  ResourceRegistered: { schema: 1, personal: {} },
  ResourceActivated: { schema: 1, personal: {} },
  ResourceDeactivated: { schema: 1, personal: {} },
  BiasProfileCreated: { schema: 1, personal: {} },
  BiasProfileUpdated: { schema: 1, personal: {} },
  BiasProfileArchived: { schema: 1, personal: {} },
  ServiceRegistered: { schema: 1, personal: {} },
  ServicePriced: { schema: 1, personal: {} },
  ServiceRetired: { schema: 1, personal: {} },
  WalletOpened: { schema: 1, personal: {} },
  WalletToppedUp: { schema: 1, personal: {} },
  WalletDebited: { schema: 1, personal: {} },
  TeamCreated: { schema: 1, personal: {} },
  TeamPolicyChanged: { schema: 1, personal: {} },
  MemberInvited: { schema: 1, personal: { email: ofInvitation } },
  MemberJoined: { schema: 1, personal: {} },
  MemberRoleChanged: { schema: 1, personal: {} },
  MemberRemoved: { schema: 1, personal: {} },
  ProjectCreated: { schema: 1, personal: {} },
  ProjectRenamed: { schema: 1, personal: {} },
  ProjectArchived: { schema: 1, personal: {} },
  ProjectRestored: { schema: 1, personal: {} },
  UserSignedUp: { schema: 1, personal: { email: ofPerson, name: ofPerson } },
  KeyUsesRecorded: { schema: 1, personal: {} },
};

/** The same for metadata: addresses are kept per team and month, so that they can be forgotten by age. */
export const personalMetadata = {
  clientIp: ofAddresses,
  userAgent: ofAddresses,
} as const satisfies { readonly [F in keyof Metadata]?: (metadata: Metadata) => string };

/** People named in a key's details need not be members: their data goes with the key. */
function ofKey(event: { readonly keyId: string }): string {
  return `key-${event.keyId}`;
}

function ofPerson(event: { readonly userId: string }, metadata: Metadata): string {
  return `person-${event.userId}-${metadata.teamId}`;
}

/** Whoever is invited need not have an account yet. */
function ofInvitation(event: { readonly membershipId: string }): string {
  return `invitation-${event.membershipId}`;
}

function ofAddresses(metadata: Metadata): string {
  return `addresses-${metadata.teamId}-${metadata.recordedAt.slice(0, 7)}`;
}
