import type { EnabledService, KeyRole, KeyType, Scope, Tier } from '../key/events.js';
import type { Role } from '../team/events.js';
import type { TeamPolicy } from '../team/policy.js';

/** One secret of a key, as a verdict needs it: which it is, and until when it is good. */
export interface SecretAccess {
  readonly secretId: string;
  /** ISO instant from which it no longer counts; null: as long as the key. */
  readonly validUntil: string | null;
  /** When it is a key token's, not the key's own. */
  readonly token?: TokenAccess;
}

/** A token of a key: good while its user is a member by the membership it was issued under. */
export interface TokenAccess {
  readonly tokenId: string;
  readonly userId: string;
  readonly membershipId: string;
}

/** A resource assigned to a key, as verification looks for it. */
export interface AssignedResource {
  readonly resourceId: string;
  readonly model: string;
}

/** What the catalogue offers now. */
export interface ServiceOffer {
  readonly serviceId: string;
  /** Whether free keys have it. */
  readonly isFree: boolean;
  readonly models: readonly string[];
}

/** What a verdict rests on: the row of the read model `access`, but for the secrets, of which it needs the one presented. */
export interface KeyAccess {
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly type: KeyType;
  readonly tier: Tier;
  readonly public: boolean;
  /** Of a personal token: the user it acts as. */
  readonly ownerId: string | null;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly environment: string | null;
  readonly appId: string | null;
  /** The users assigned to the key. */
  readonly userIds: readonly string[];
  readonly resources: readonly AssignedResource[];
  /** Of a free key none: those follow from the catalogue. */
  readonly services: readonly EnabledService[];
  readonly biasProfileId: string | null;
  /** CIDR ranges and addresses; empty: from everywhere. */
  readonly allowedIps: readonly string[];
  /** Origins of web pages, of public keys; empty: all. */
  readonly allowedOrigins: readonly string[];
  readonly isDisabled: boolean;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** Counts the secrets the key has had. */
  readonly secretVersion: number;
  /** Events of the key's stream. */
  readonly revision: number;
}

/** What the bearer wants to do, and from where; all parts optional, all given parts must hold. */
export interface AccessRequest {
  /** Id of the project to act in. */
  readonly project?: string;
  /** A permission that is needed. */
  readonly permission?: string;
  /** More of them, all of which are needed. */
  readonly permissions?: readonly string[];
  readonly scope?: Scope;
  /** Id of the service to use. */
  readonly service?: string;
  readonly model?: string;
  /** Id of the resource to use. */
  readonly resource?: string;
  /** Address of the bearer. */
  readonly clientIp?: string;
  /** Origin of the page that presents the key. */
  readonly origin?: string;
  readonly appId?: string;
}

/** A user in a team; `until` is the ISO instant of its end, null when it does not end by itself. */
export interface Membership {
  readonly membershipId: string;
  readonly teamId: string;
  readonly role: Role;
  readonly until: string | null;
}

/**
 * What a verdict needs to know beyond the key, looked up only when it matters: of this moment it is the index
 * in memory, of the past whatever was true then.
 */
export interface Surroundings {
  membershipsOf(userId: string): readonly Membership[];
  isActive(resourceId: string): boolean;
  /** Of the catalogue; undefined for one that is not there, or retired. */
  service(serviceId: string): ServiceOffer | undefined;
  /** Those that are free and not retired. */
  freeServices(): readonly ServiceOffer[];
  /** Whether a wallet has more than nothing. */
  hasFunds(walletId: string): boolean;
  /** Of a project: nothing acts in an archived one. */
  isArchived(projectId: string): boolean;
  /** What of a team's policy verdicts obey. */
  policyOf(teamId: string): Pick<TeamPolicy, 'resourceRequired' | 'enforceAppId'>;
  /** Whether an address lies in a list of addresses and CIDR ranges; no for what is no address. */
  isAddressIn(address: string, list: readonly string[]): boolean;
}

/**
 * The question that a key answers by being presented to this very service, from some place: which application
 * presents it nobody says here, so that is not asked.
 */
export function asCredential(
  { appId }: Pick<KeyAccess, 'appId'>,
  from: Pick<AccessRequest, 'clientIp' | 'origin'>,
): AccessRequest {
  return appId === null ? from : { ...from, appId };
}

/** Whether an instant has come. ISO instants of one form compare as text; at the very instant it has. */
export function isPast(instant: string | null, at: string): boolean {
  return instant !== null && at >= instant;
}
