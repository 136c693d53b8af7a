import type { BillingPolicy } from '../service/events.js';
import type { NoticeDays, NoticeKind } from './notices.js';

/** What the log keeps of a secret: enough to recognise it, never enough to use it. */
export interface SecretRecord {
  readonly secretId: string;
  /** Base64url of the digest of the whole secret. */
  readonly digest: string;
  /** 256-bit random secrets need no slow hash (OWASP ASVS 6.5.2). */
  readonly digestAlgorithm: 'sha-256';
  /** How the secret is written; `compass-1` is described in access/secret.ts. */
  readonly format: 'compass-1';
  /** For people, such as `cks_3fQ…x9Za`. */
  readonly maskedSecret: string;
  /** The instant from which it is no longer accepted; null: as long as the key. */
  readonly validUntil: string | null;
}

/** What a resource is billed as. */
export const resourceTypes = ['TPM', 'PYG'] as const;
export type ResourceType = (typeof resourceTypes)[number];

export const keyTypes = ['service_account', 'personal_token'] as const;

/** A service account is an identity of its own; a personal token acts as its user. */
export type KeyType = (typeof keyTypes)[number];
export type Tier = 'free' | 'paid';
export type KeyRole = 'admin' | 'member';

/** `keys`, `verify` and `meter` are for machines. */
export type Scope = 'project' | 'inference' | 'keys' | 'verify' | 'meter';

export const revocationReasons = [
  'unspecified',
  'key_compromise',
  'superseded',
  'cessation_of_operation',
  'privilege_withdrawn',
] as const;

/** Names of RFC 5280 section 5.3.1, the ones that fit a key. */
export type RevocationReason = (typeof revocationReasons)[number];

/** Optional texts a person may give; absent means not given. */
export interface KeyDetails {
  readonly description?: string;
  readonly department?: string;
  readonly environment?: string;
  /** Personal: sealed in the log. */
  readonly requestor?: string;
  readonly appId?: string;
  readonly businessJustification?: string;
  /** Personal: sealed in the log. */
  readonly notes?: string;
  /** Whom to send the link to the new secret. Personal: sealed in the log. */
  readonly notifyEmail?: string;
  /** The name of the key in another system. */
  readonly externalId?: string;
  /** Words to find the key by. */
  readonly labels?: readonly string[];
}

/** A resource as a key knows it; its model and type never change. */
export interface ResourceRef {
  readonly resourceId: string;
  readonly model: string;
  readonly resourceType: ResourceType;
}

/** A service as a key has it: how it is paid, which of its models, and from what. */
export interface EnabledService {
  readonly serviceId: string;
  readonly billingPolicy: BillingPolicy;
  /** Null: whichever the service has; only of what costs nothing. */
  readonly models: readonly string[] | null;
  /** Null unless it is paid as one goes. */
  readonly walletId: string | null;
}

export interface KeyCreated extends KeyDetails {
  readonly type: 'KeyCreated';
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly keyType: KeyType;
  readonly tier: Tier;
  /** Of a personal token: the user it acts as. */
  readonly userId?: string;
  /** May be shown to anyone, so it can only infer. Absent: it is secret. Never changes. */
  readonly public?: true;
  readonly name: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  /** From this instant on the key is expired; absent: never. */
  readonly expiresAt?: string;
  readonly secret: SecretRecord;
  readonly createdAt: string;
}

export interface UserAssigned {
  readonly type: 'UserAssigned';
  readonly userId: string;
  /** Whoever did it wants the user told. */
  readonly notify?: true;
  readonly assignedAt: string;
}

export interface UserUnassigned {
  readonly type: 'UserUnassigned';
  readonly userId: string;
  /** Whoever did it wants the user told. */
  readonly notify?: true;
  readonly unassignedAt: string;
}

export interface ResourceAssigned extends ResourceRef {
  readonly type: 'ResourceAssigned';
  readonly assignedAt: string;
}

export interface ResourceUnassigned extends ResourceRef {
  readonly type: 'ResourceUnassigned';
  readonly unassignedAt: string;
}

export interface ServiceEnabled extends EnabledService {
  readonly type: 'ServiceEnabled';
  readonly enabledAt: string;
}

/** All that it is from now on. */
export interface ServicePolicyChanged extends EnabledService {
  readonly type: 'ServicePolicyChanged';
  readonly changedAt: string;
}

export interface ServiceDisabled {
  readonly type: 'ServiceDisabled';
  readonly serviceId: string;
  readonly disabledAt: string;
}

/** Absent is unchanged, null is cleared; labels are replaced whole. */
export interface KeyDetailsChanged extends KeyDetailsChange {
  readonly type: 'KeyDetailsChanged';
  /** Names the data key that personal details are sealed under. */
  readonly keyId: string;
  readonly changedAt: string;
}

type Clearable<T> = { readonly [F in keyof T]?: T[F] | null };

export interface KeyDetailsChange extends Clearable<Omit<KeyDetails, 'labels'>> {
  readonly name?: string;
  readonly labels?: readonly string[];
}

export interface ScopesChanged {
  readonly type: 'ScopesChanged';
  readonly scopes: readonly Scope[];
  readonly changedAt: string;
}

export interface RoleChanged {
  readonly type: 'RoleChanged';
  readonly role: KeyRole;
  readonly changedAt: string;
}

export interface BiasProfileChanged {
  readonly type: 'BiasProfileChanged';
  /** Null: none. */
  readonly biasProfileId: string | null;
  readonly changedAt: string;
}

export interface ExpiryChanged {
  readonly type: 'ExpiryChanged';
  /** Null: it does not expire. */
  readonly expiresAt: string | null;
  readonly changedAt: string;
}

export interface AllowedIpsChanged {
  readonly type: 'AllowedIpsChanged';
  /** CIDR ranges and addresses; empty: from everywhere. */
  readonly allowedIps: readonly string[];
  readonly changedAt: string;
}

export interface AllowedOriginsChanged {
  readonly type: 'AllowedOriginsChanged';
  /** Origins of web pages; empty: all. */
  readonly allowedOrigins: readonly string[];
  readonly changedAt: string;
}

/** A secret of its own with which one assigned user uses the key; it ends with the assignment. */
export interface KeyTokenIssued {
  readonly type: 'KeyTokenIssued';
  readonly tokenId: string;
  readonly userId: string;
  /** It ends with this very membership: whoever comes back to the team has another. */
  readonly membershipId: string;
  readonly secret: SecretRecord;
  readonly issuedAt: string;
}

/** A new secret at once; the one before ends now. */
export interface KeyTokenRotated {
  readonly type: 'KeyTokenRotated';
  readonly tokenId: string;
  readonly secret: SecretRecord;
  readonly rotatedAt: string;
}

export interface KeyTokenRevoked {
  readonly type: 'KeyTokenRevoked';
  readonly tokenId: string;
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly revokedAt: string;
}

/** Disabled, enabled, or found expired by the process that looks for it. Free text stands in the metadata. */
export interface StatusChanged {
  readonly type: 'StatusChanged';
  readonly status: 'ACTIVE' | 'INACTIVE' | 'EXPIRED';
  readonly changedAt: string;
}

/** A new secret at once; the one it replaces is good for the grace, all older ones end now. */
export interface KeyRotated {
  readonly type: 'KeyRotated';
  readonly secret: SecretRecord;
  readonly previousSecretId: string;
  /** From this instant on the replaced secret is refused; the instant of the rotation itself: no grace. */
  readonly previousValidUntil: string;
  readonly rotatedAt: string;
}

/** The grace of a replaced secret is over; verification did not wait for it. */
export interface PreviousSecretRetired {
  readonly type: 'PreviousSecretRetired';
  readonly secretId: string;
  readonly retiredAt: string;
}

/** Whoever has the link that was sent has taken the secret by it: it shows nothing any more. */
export interface SecretClaimed {
  readonly type: 'SecretClaimed';
  readonly secretId: string;
  readonly claimedAt: string;
}

/** A mail was handed to the mail server. To whom, the log does not say. */
export interface NoticeSent {
  readonly type: 'NoticeSent';
  readonly notice: NoticeKind;
  /** The event that it is about; of a secret that is due to be replaced, its id. */
  readonly causeId: string;
  /** Of what is expiring: so many days before. */
  readonly days?: NoticeDays;
  readonly sentAt: string;
}

export interface KeyRevoked {
  readonly type: 'KeyRevoked';
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly revokedAt: string;
}

/**
 * `confirmed`: the process said that it knows. `ended`: it had stopped. `silent`: it said nothing until it could no
 * longer answer anybody, because it had not seen the log for too long.
 */
export const arrivalOutcomes = ['confirmed', 'ended', 'silent'] as const;

/** How a process that verifies came to refuse a key. */
export interface Arrival {
  readonly processId: string;
  readonly outcome: (typeof arrivalOutcomes)[number];
  /** Since the revocation was asked for. */
  readonly afterMilliseconds: number;
}

/** What verifies elsewhere, and is not waited for. */
export const notIncluded = ['in_process_verifiers'] as const;

/** That a revoked key is refused everywhere. */
export interface Confirmation {
  /** All that might have answered when the key was revoked. */
  readonly processes: readonly Arrival[];
  readonly notIncluded: readonly (typeof notIncluded)[number][];
  readonly confirmedAt: string;
}

/** Whoever revoked the key has waited until it was refused everywhere. */
export interface RevocationConfirmed extends Confirmation {
  readonly type: 'RevocationConfirmed';
}

export interface KeyDeleted {
  readonly type: 'KeyDeleted';
  readonly deletedAt: string;
}

export type KeyEvent =
  | KeyCreated
  | UserAssigned
  | UserUnassigned
  | ResourceAssigned
  | ResourceUnassigned
  | ServiceEnabled
  | ServicePolicyChanged
  | ServiceDisabled
  | KeyDetailsChanged
  | ScopesChanged
  | RoleChanged
  | BiasProfileChanged
  | ExpiryChanged
  | AllowedIpsChanged
  | AllowedOriginsChanged
  | StatusChanged
  | KeyRotated
  | PreviousSecretRetired
  | KeyTokenIssued
  | KeyTokenRotated
  | KeyTokenRevoked
  | SecretClaimed
  | NoticeSent
  | KeyRevoked
  | RevocationConfirmed
  | KeyDeleted;

export const keyEventTypes = {
  KeyCreated: true,
  UserAssigned: true,
  UserUnassigned: true,
  ResourceAssigned: true,
  ResourceUnassigned: true,
  ServiceEnabled: true,
  ServicePolicyChanged: true,
  ServiceDisabled: true,
  KeyDetailsChanged: true,
  ScopesChanged: true,
  RoleChanged: true,
  BiasProfileChanged: true,
  ExpiryChanged: true,
  AllowedIpsChanged: true,
  AllowedOriginsChanged: true,
  StatusChanged: true,
  KeyRotated: true,
  PreviousSecretRetired: true,
  KeyTokenIssued: true,
  KeyTokenRotated: true,
  KeyTokenRevoked: true,
  SecretClaimed: true,
  NoticeSent: true,
  KeyRevoked: true,
  RevocationConfirmed: true,
  KeyDeleted: true,
} as const satisfies { [T in KeyEvent['type']]: true };

export const keyStream = (keyId: string): string => `key-${keyId}`;
