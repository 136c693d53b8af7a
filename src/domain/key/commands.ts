import type {
  Arrival,
  EnabledService,
  KeyDetails,
  KeyDetailsChange,
  KeyRole,
  KeyType,
  ResourceRef,
  RevocationReason,
  Scope,
  SecretRecord,
  Tier,
} from './events.js';
import type { NoticeDays, NoticeKind } from './notices.js';

export interface CreateKey extends KeyDetails {
  readonly type: 'CreateKey';
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly keyType: KeyType;
  readonly tier: Tier;
  readonly public?: boolean;
  /** Absent: made from the id. */
  readonly name?: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string;
  readonly secret: SecretRecord;
  /** The user who creates it is assigned to it, and a personal token acts as them; absent when a key creates it. */
  readonly creatorId?: string;
  /** Members of the team to assign besides. */
  readonly userIds?: readonly string[];
  readonly resources?: readonly ResourceRef[];
  readonly services?: readonly EnabledService[];
  readonly biasProfileId?: string;
  readonly allowedIps?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly at: string;
}

/** Absent is unchanged, null is cleared; lists are replaced whole. */
export interface KeyChanges extends KeyDetailsChange {
  readonly role?: KeyRole;
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: string | null;
  readonly biasProfileId?: string | null;
  readonly allowedIps?: readonly string[];
  readonly allowedOrigins?: readonly string[];
}

/** Whoever may manage a personal token without being its user may only take rights from it. */
interface MayBeNarrowing {
  readonly mayWiden: boolean;
}

export interface ChangeKey extends MayBeNarrowing {
  readonly type: 'ChangeKey';
  readonly changes: KeyChanges;
  readonly at: string;
}

export interface ChangeStatus extends MayBeNarrowing {
  readonly type: 'ChangeStatus';
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly at: string;
}

/** The whole set; the differences become events. */
export interface AssignResources extends MayBeNarrowing {
  readonly type: 'AssignResources';
  readonly resources: readonly ResourceRef[];
  readonly at: string;
}

/** The whole set; the differences become events. */
export interface AssignUsers {
  readonly type: 'AssignUsers';
  /** Members of the team. */
  readonly userIds: readonly string[];
  /** Whether those who are assigned or not any more are to be told. */
  readonly notify: boolean;
  readonly at: string;
}

/** The whole set, each service once; the differences become events. */
export interface EnableServices extends MayBeNarrowing {
  readonly type: 'EnableServices';
  readonly services: readonly EnabledService[];
  readonly at: string;
}

export interface RotateKey {
  readonly type: 'RotateKey';
  readonly secret: SecretRecord;
  /** How long the present secret stays good beside the new one. */
  readonly gracePeriodSeconds: number;
  /** A new end of the key; an expired key needs one. */
  readonly expiresAt?: string;
  /** False: whoever uses the key without managing it must not end a grace that others still have. */
  readonly mayCutGrace: boolean;
  /** Of a key that rotates itself: the secret it showed. */
  readonly presentedSecretId?: string;
  readonly at: string;
}

/** By a user who is assigned to the key, for themselves. */
export interface IssueToken {
  readonly type: 'IssueToken';
  readonly tokenId: string;
  readonly userId: string;
  /** The present one of the user. */
  readonly membershipId: string;
  readonly secret: SecretRecord;
  readonly at: string;
}

export interface RotateToken {
  readonly type: 'RotateToken';
  readonly tokenId: string;
  readonly secret: SecretRecord;
  readonly at: string;
}

export interface RevokeToken {
  readonly type: 'RevokeToken';
  readonly tokenId: string;
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly at: string;
}

export type TokenCommand = IssueToken | RotateToken | RevokeToken;

/** By the process that looks for what time did. */
export interface RecordLapses {
  readonly type: 'RecordLapses';
  readonly at: string;
}

/** By whoever has the link to the secret. */
export interface ClaimSecret {
  readonly type: 'ClaimSecret';
  readonly secretId: string;
  readonly at: string;
}

/** By the process that sends mails. */
export interface RecordNotice {
  readonly type: 'RecordNotice';
  readonly notice: NoticeKind;
  readonly causeId: string;
  readonly days?: NoticeDays;
  readonly at: string;
}

export interface RevokeKey {
  readonly type: 'RevokeKey';
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly at: string;
}

/** By whoever revoked it and has waited for all processes. */
export interface ConfirmRevocation {
  readonly type: 'ConfirmRevocation';
  readonly processes: readonly Arrival[];
  readonly at: string;
}

export interface DeleteKey {
  readonly type: 'DeleteKey';
  readonly at: string;
}

export type KeyCommand =
  | CreateKey
  | ChangeKey
  | ChangeStatus
  | AssignResources
  | AssignUsers
  | EnableServices
  | RotateKey
  | TokenCommand
  | RecordLapses
  | ClaimSecret
  | RecordNotice
  | RevokeKey
  | ConfirmRevocation
  | DeleteKey;
