import type {
  Confirmation,
  EnabledService,
  KeyCreated,
  KeyDetails,
  KeyEvent,
  KeyRole,
  KeyRotated,
  KeyType,
  ResourceRef,
  Scope,
  ServiceDisabled,
  ServiceEnabled,
  ServicePolicyChanged,
  Tier,
} from './events.js';

/** A secret of a key that may still be good. */
export interface LiveSecret {
  readonly secretId: string;
  /** The instant from which it is refused; null: as long as the key. */
  readonly validUntil: string | null;
}

/** A token of a user that was not revoked; whether they are still a member is another matter. */
export interface LiveToken {
  readonly tokenId: string;
  readonly userId: string;
  readonly membershipId: string;
}

/** A service that is, or was, paid from a wallet. */
export interface Payment {
  readonly serviceId: string;
  readonly walletId: string;
}

/** What deciding about a key needs to remember of it. */
export interface Key {
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly keyType: KeyType;
  readonly tier: Tier;
  readonly public: boolean;
  /** Of a personal token: the user it acts as. */
  readonly ownerId: string | null;
  readonly name: string;
  readonly details: KeyDetails;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly expiresAt: string | null;
  /** Whether the log says that the present expiry has passed. */
  readonly isExpiryRecorded: boolean;
  readonly isDisabled: boolean;
  readonly biasProfileId: string | null;
  readonly allowedIps: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly resources: readonly ResourceRef[];
  /** In the order of their enabling. Of the free key none: what it has follows from the catalogue. */
  readonly services: readonly EnabledService[];
  /** Each wallet that a service of the key is, or once was, paid from: usages debited there stay debited. */
  readonly payments: readonly Payment[];
  readonly userIds: readonly string[];
  readonly tokens: readonly LiveToken[];
  readonly secret: LiveSecret;
  /** Whether somebody has taken it by the link that was sent. */
  readonly isSecretClaimed: boolean;
  /** The one before, while its retirement is not recorded. */
  readonly previousSecret: LiveSecret | null;
  readonly revokedAt: string | null;
  /** That it is refused everywhere, if somebody has waited for that. */
  readonly confirmation: Confirmation | null;
  readonly deletedAt: string | null;
}

/** Undefined: it was never created. */
export type KeyState = Key | undefined;

export function evolve(key: KeyState, event: KeyEvent): KeyState {
  if (event.type === 'KeyCreated') return created(event);
  if (!key) return key;
  switch (event.type) {
    case 'UserAssigned':
      return { ...key, userIds: [...key.userIds, event.userId] };
    case 'UserUnassigned':
      return { ...key, userIds: key.userIds.filter((userId) => userId !== event.userId) };
    case 'ResourceAssigned': {
      const { resourceId, model, resourceType } = event;
      return { ...key, resources: [...key.resources, { resourceId, model, resourceType }] };
    }
    case 'ResourceUnassigned':
      return { ...key, resources: key.resources.filter(({ resourceId }) => resourceId !== event.resourceId) };
    case 'ServiceEnabled':
    case 'ServicePolicyChanged':
    case 'ServiceDisabled':
      return {
        ...key,
        services: servicesAfter(key.services, event),
        payments: paymentsAfter(key.payments, event),
      };
    case 'KeyDetailsChanged': {
      const { type: _, keyId: __, changedAt: ___, name = key.name, ...changes } = event;
      return { ...key, name, details: withChanges(key.details, changes) };
    }
    case 'ScopesChanged':
      return { ...key, scopes: event.scopes };
    case 'RoleChanged':
      return { ...key, role: event.role };
    case 'BiasProfileChanged':
      return { ...key, biasProfileId: event.biasProfileId };
    case 'ExpiryChanged':
      return { ...key, expiresAt: event.expiresAt, isExpiryRecorded: false };
    case 'AllowedIpsChanged':
      return { ...key, allowedIps: event.allowedIps };
    case 'AllowedOriginsChanged':
      return { ...key, allowedOrigins: event.allowedOrigins };
    case 'StatusChanged':
      return event.status === 'EXPIRED'
        ? { ...key, isExpiryRecorded: true }
        : { ...key, isDisabled: event.status === 'INACTIVE' };
    case 'KeyRotated':
      return rotated(key, event);
    case 'PreviousSecretRetired':
      return { ...key, previousSecret: null };
    case 'KeyTokenIssued': {
      const { tokenId, userId, membershipId } = event;
      return { ...key, tokens: [...key.tokens, { tokenId, userId, membershipId }] };
    }
    case 'KeyTokenRotated':
      return key;
    case 'KeyTokenRevoked':
      return { ...key, tokens: key.tokens.filter(({ tokenId }) => tokenId !== event.tokenId) };
    case 'SecretClaimed':
      return { ...key, isSecretClaimed: true };
    case 'NoticeSent':
      return key;
    case 'KeyRevoked':
      return { ...key, revokedAt: event.revokedAt };
    case 'RevocationConfirmed': {
      const { processes, notIncluded, confirmedAt } = event;
      return { ...key, confirmation: { processes, notIncluded, confirmedAt } };
    }
    case 'KeyDeleted':
      return { ...key, deletedAt: event.deletedAt };
  }
}

function created(event: KeyCreated): Key {
  const { keyId, teamId, projectId, keyType, tier, name, role, scopes, secret } = event;
  return {
    keyId,
    teamId,
    projectId,
    keyType,
    tier,
    public: event.public ?? false,
    ownerId: event.userId ?? null,
    name,
    details: detailsOf(event),
    role,
    scopes,
    expiresAt: event.expiresAt ?? null,
    isExpiryRecorded: false,
    isDisabled: false,
    biasProfileId: null,
    allowedIps: [],
    allowedOrigins: [],
    resources: [],
    services: [],
    payments: [],
    userIds: [],
    tokens: [],
    secret: { secretId: secret.secretId, validUntil: secret.validUntil },
    isSecretClaimed: false,
    previousSecret: null,
    revokedAt: null,
    confirmation: null,
    deletedAt: null,
  };
}

function paymentsAfter(
  payments: readonly Payment[],
  event: ServiceEnabled | ServicePolicyChanged | ServiceDisabled,
): readonly Payment[] {
  if (event.type === 'ServiceDisabled' || event.walletId === null) return payments;
  const { serviceId, walletId } = event;
  const isKnown = payments.some((one) => one.serviceId === serviceId && one.walletId === walletId);
  return isKnown ? payments : [...payments, { serviceId, walletId }];
}

/** The services of a key after an event about one of them. */
export function servicesAfter(
  services: readonly EnabledService[],
  event: ServiceEnabled | ServicePolicyChanged | ServiceDisabled,
): readonly EnabledService[] {
  if (event.type === 'ServiceDisabled') {
    return services.filter(({ serviceId }) => serviceId !== event.serviceId);
  }
  const { serviceId, billingPolicy, models, walletId } = event;
  const one = { serviceId, billingPolicy, models, walletId };
  if (event.type === 'ServiceEnabled') return [...services, one];
  return services.map((other) => (other.serviceId === serviceId ? one : other));
}

/** A rotation without grace leaves nothing to retire. */
function rotated(key: Key, { secret, previousSecretId, previousValidUntil, rotatedAt }: KeyRotated): Key {
  const previous = { secretId: previousSecretId, validUntil: previousValidUntil };
  return {
    ...key,
    secret: { secretId: secret.secretId, validUntil: secret.validUntil },
    isSecretClaimed: false,
    previousSecret: previousValidUntil > rotatedAt ? previous : null,
  };
}

export const detailNames = [
  'description',
  'department',
  'environment',
  'requestor',
  'appId',
  'businessJustification',
  'notes',
  'notifyEmail',
  'externalId',
  'labels',
] as const satisfies readonly (keyof KeyDetails)[];

/** The details of what also has other fields, those that are given. */
export function detailsOf(source: KeyDetails): KeyDetails {
  return Object.fromEntries(
    detailNames.flatMap((name) => (source[name] === undefined ? [] : [[name, source[name]]])),
  );
}

function withChanges(details: KeyDetails, changes: object): KeyDetails {
  const given = Object.entries({ ...details, ...changes });
  return Object.fromEntries(given.filter(([, value]) => value !== null));
}
