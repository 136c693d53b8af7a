import type { KeyDetails, KeyRole, KeyType, RevocationReason, Scope, SecretRecord, Tier } from './events.js';

export interface CreateKey extends KeyDetails {
  readonly type: 'CreateKey';
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly keyType: KeyType;
  readonly tier: Tier;
  /** Absent: made from the id. */
  readonly name?: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: string;
  readonly secret: SecretRecord;
  /** The user who creates it is assigned to it; absent when a key creates it. */
  readonly creatorId?: string;
  readonly at: string;
}

export interface RevokeKey {
  readonly type: 'RevokeKey';
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly at: string;
}

export type KeyCommand = CreateKey | RevokeKey;
