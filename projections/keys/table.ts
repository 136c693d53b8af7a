import type {
  EnabledService,
  KeyCreated,
  KeyEvent,
  KeyRole,
  KeyRotated,
  KeyType,
  RevocationReason,
  Scope,
  Tier,
} from '../../src/domain/key/events.js';
import { keyEventTypes } from '../../src/domain/key/events.js';
import { servicesAfter } from '../../src/domain/key/state.js';
import { type Actor, idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import type { ReadModel, Table } from '../runner/model.js';
import { keyLinks } from './links.js';

/** A key as lists and pages show it. Its status follows from the row and the time (`keyStatus`). */
export interface KeyRow {
  readonly id: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyType;
  readonly tier: Tier;
  readonly public: boolean;
  /** Of a personal token: the user it acts as. */
  readonly ownerId: string | null;
  readonly maskedSecret: string;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly department: string | null;
  readonly environment: string | null;
  /** Personal. */
  readonly requestor: string | null;
  readonly appId: string | null;
  readonly businessJustification: string | null;
  /** Personal. */
  readonly notes: string | null;
  /** Personal. */
  readonly notifyEmail: string | null;
  readonly externalId: string | null;
  readonly labels: readonly string[];
  readonly biasProfileId: string | null;
  /** CIDR ranges and addresses; empty: from everywhere. */
  readonly allowedIps: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly resourceIds: readonly string[];
  /** Of the free key none: what it has follows from the catalogue. */
  readonly services: readonly EnabledService[];
  readonly createdAt: string;
  readonly createdByType: Actor['type'];
  readonly createdById: string;
  readonly expiresAt: string | null;
  /** Whether the log says that the present expiry has passed. */
  readonly isExpiryRecorded: boolean;
  readonly isDisabled: boolean;
  readonly rotatedAt: string | null;
  /** Until when the secret before the present one is good; null when its retirement is recorded or there is none. */
  readonly previousSecretValidUntil: string | null;
  readonly revokedAt: string | null;
  readonly revocationReason: RevocationReason | null;
  /** Counts the secrets the key has had. */
  readonly secretVersion: number;
  /** The users assigned to the key, in the order of their assignment. */
  readonly userIds: readonly string[];
  /** Events of the key's stream: what an ETag is made of. */
  readonly revision: number;
}

/**
 * The status as far as the log tells it: `keyStatus` without the clock. An expiry is recorded only after it
 * has passed, so what is `EXPIRED` here is so at every later instant; queries look at the clock for the rest.
 */
export const recordedStatus = `case when revoked_at is not null then 'REVOKED'
  when is_expiry_recorded then 'EXPIRED' when is_disabled then 'INACTIVE' else 'ACTIVE' end`;

/**
 * The expiry that the log does not tell of yet, null where there is none. An expression, for of its index
 * Postgres knows that nearly all of it is in the future; of three conditions it guesses wrongly and scans.
 */
export const untoldExpiry = 'case when revoked_at is null and not is_expiry_recorded then expires_at end';

export const keyRows: Table<KeyRow> = {
  name: 'keys',
  key: 'id',
  columns: {
    id: 'id',
    teamId: 'id',
    projectId: 'id',
    name: 'text',
    description: 'text | null',
    type: 'text',
    tier: 'text',
    public: 'boolean',
    ownerId: 'id | null',
    maskedSecret: 'text',
    role: 'text',
    scopes: 'texts',
    department: 'text | null',
    environment: 'text | null',
    requestor: 'text | null',
    appId: 'text | null',
    businessJustification: 'text | null',
    notes: 'text | null',
    notifyEmail: 'text | null',
    externalId: 'text | null',
    labels: 'texts',
    biasProfileId: 'id | null',
    allowedIps: 'texts',
    allowedOrigins: 'texts',
    resourceIds: 'texts',
    services: 'json',
    createdAt: 'instant',
    createdByType: 'text',
    createdById: 'id',
    expiresAt: 'instant | null',
    isExpiryRecorded: 'boolean',
    isDisabled: 'boolean',
    rotatedAt: 'instant | null',
    previousSecretValidUntil: 'instant | null',
    revokedAt: 'instant | null',
    revocationReason: 'text | null',
    secretVersion: 'integer',
    userIds: 'texts',
    revision: 'integer',
  },
  indexes: [
    '(team_id, created_at desc, id desc)',
    '(team_id, name collate "C", id)',
    '(team_id, project_id, created_at desc, id desc)',
    '(team_id, project_id, name collate "C", id)',
    `(team_id, (${recordedStatus}), created_at desc, id desc)`,
    '(team_id, type, created_at desc, id desc)',
    '(team_id, environment, created_at desc, id desc)',
    '(team_id, external_id) where external_id is not null',
    'using gin (name gin_trgm_ops)',
    `((${untoldExpiry}))`,
    '(previous_secret_valid_until) where revoked_at is null',
    '(bias_profile_id) where bias_profile_id is not null and revoked_at is null',
  ],
  keysOf: (recorded) => (isOneOf(recorded, keyEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, keyEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'KeyCreated') return created(event, recorded);
    return row && changed({ ...row, revision }, event);
  },
  derived: keyLinks,
};

/** A deleted key has no row. */
function changed(row: KeyRow, event: Exclude<KeyEvent, KeyCreated>): KeyRow | undefined {
  switch (event.type) {
    case 'UserAssigned':
      return { ...row, userIds: [...row.userIds, event.userId] };
    case 'UserUnassigned':
      return { ...row, userIds: row.userIds.filter((userId) => userId !== event.userId) };
    case 'ResourceAssigned':
      return { ...row, resourceIds: [...row.resourceIds, event.resourceId] };
    case 'ResourceUnassigned':
      return { ...row, resourceIds: row.resourceIds.filter((id) => id !== event.resourceId) };
    case 'ServiceEnabled':
    case 'ServicePolicyChanged':
    case 'ServiceDisabled':
      return { ...row, services: servicesAfter(row.services, event) };
    case 'KeyDetailsChanged': {
      const { type: _, keyId: __, changedAt: ___, ...changes } = event;
      return { ...row, ...changes };
    }
    case 'ScopesChanged':
      return { ...row, scopes: event.scopes };
    case 'RoleChanged':
      return { ...row, role: event.role };
    case 'BiasProfileChanged':
      return { ...row, biasProfileId: event.biasProfileId };
    case 'ExpiryChanged':
      return { ...row, expiresAt: event.expiresAt, isExpiryRecorded: false };
    case 'AllowedIpsChanged':
      return { ...row, allowedIps: event.allowedIps };
    case 'AllowedOriginsChanged':
      return { ...row, allowedOrigins: event.allowedOrigins };
    case 'StatusChanged':
      return event.status === 'EXPIRED'
        ? { ...row, isExpiryRecorded: true }
        : { ...row, isDisabled: event.status === 'INACTIVE' };
    case 'KeyRotated':
      return rotated(row, event);
    case 'PreviousSecretRetired':
      return { ...row, previousSecretValidUntil: null };
    case 'KeyTokenIssued':
    case 'KeyTokenRotated':
    case 'KeyTokenRevoked':
    case 'SecretClaimed':
    case 'NoticeSent':
    case 'RevocationConfirmed':
      return row;
    case 'KeyRevoked':
      return { ...row, revokedAt: event.revokedAt, revocationReason: event.reason };
    case 'KeyDeleted':
      return undefined;
  }
}

function rotated(row: KeyRow, { secret, previousValidUntil, rotatedAt }: KeyRotated): KeyRow {
  return {
    ...row,
    maskedSecret: secret.maskedSecret,
    secretVersion: row.secretVersion + 1,
    rotatedAt,
    previousSecretValidUntil: previousValidUntil > rotatedAt ? previousValidUntil : null,
  };
}

function created(event: KeyCreated, { metadata, revision }: Recorded): KeyRow {
  return {
    id: event.keyId,
    teamId: event.teamId,
    projectId: event.projectId,
    name: event.name,
    description: event.description ?? null,
    type: event.keyType,
    tier: event.tier,
    public: event.public ?? false,
    ownerId: event.userId ?? null,
    maskedSecret: event.secret.maskedSecret,
    role: event.role,
    scopes: event.scopes,
    department: event.department ?? null,
    environment: event.environment ?? null,
    requestor: event.requestor ?? null,
    appId: event.appId ?? null,
    businessJustification: event.businessJustification ?? null,
    notes: event.notes ?? null,
    notifyEmail: event.notifyEmail ?? null,
    externalId: event.externalId ?? null,
    labels: event.labels ?? [],
    biasProfileId: null,
    allowedIps: [],
    allowedOrigins: [],
    resourceIds: [],
    services: [],
    createdAt: event.createdAt,
    createdByType: metadata.actor.type,
    createdById: metadata.actor.id,
    expiresAt: event.expiresAt ?? null,
    isExpiryRecorded: false,
    isDisabled: false,
    rotatedAt: null,
    previousSecretValidUntil: null,
    revokedAt: null,
    revocationReason: null,
    secretVersion: 1,
    userIds: [],
    revision,
  };
}

export const keysModel: ReadModel = { name: 'keys', version: 5, tables: [keyRows] };
