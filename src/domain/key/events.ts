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

export type KeyType = 'service_account';
export type Tier = 'free' | 'paid';
export type KeyRole = 'admin' | 'member';

/** `public` keys come with their own prefix later; `keys`, `verify` and `meter` are for machines. */
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
}

export interface KeyCreated extends KeyDetails {
  readonly type: 'KeyCreated';
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly keyType: KeyType;
  readonly tier: Tier;
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
  readonly assignedAt: string;
}

export interface KeyRevoked {
  readonly type: 'KeyRevoked';
  readonly reason: RevocationReason;
  readonly comment?: string;
  readonly revokedAt: string;
}

export type KeyEvent = KeyCreated | UserAssigned | KeyRevoked;

export const keyEventTypes = { KeyCreated: true, UserAssigned: true, KeyRevoked: true } as const satisfies {
  [T in KeyEvent['type']]: true;
};

export const keyStream = (keyId: string): string => `key-${keyId}`;
