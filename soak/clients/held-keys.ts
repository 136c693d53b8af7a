/** A key as the client that made it knows it; what is not sure is not held any more. */
export interface HeldKey {
  readonly id: string;
  secret: string;
  /** Whether the owner of the team is assigned to it, and may have a token of it. */
  readonly isOwners: boolean;
  /** The owner's. */
  token: { readonly id: string; readonly secret: string } | undefined;
  /** What was replaced without a grace or ended: it must not work. */
  deadSecrets: string[];
  revision: number;
  scopes: readonly string[];
  resourceIds: readonly string[];
  isDisabled: boolean;
  isRevoked: boolean;
  isDeleted: boolean;
  /** Index of the process that acknowledged the last change. */
  knownBy: number;
}

/** A secret that was shown to a client, and the team whose gateway may ask about it. */
export interface ShownSecret {
  readonly secret: string;
  readonly team: number;
}

export const defaultScopes: readonly string[] = ['project', 'inference'];

export function heldKey(id: string, secret: string, fields: Partial<HeldKey>): HeldKey {
  return {
    id,
    secret,
    isOwners: false,
    token: undefined,
    deadSecrets: [],
    revision: 0,
    scopes: defaultScopes,
    resourceIds: [],
    isDisabled: false,
    isRevoked: false,
    isDeleted: false,
    knownBy: 0,
    ...fields,
  };
}

/** Whether verification may say VALID of its newest secret, and of the token. */
export function isGood({ isDisabled, isRevoked, isDeleted }: HeldKey): boolean {
  return !isDisabled && !isRevoked && !isDeleted;
}

/** What works as long as the key does. */
export function secretsOf({ secret, token }: HeldKey): readonly string[] {
  return token ? [secret, token.secret] : [secret];
}
