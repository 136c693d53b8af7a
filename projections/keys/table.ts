import type {
  KeyCreated,
  KeyRole,
  KeyType,
  RevocationReason,
  Scope,
  Tier,
} from '../../src/domain/key/events.js';
import { keyEventTypes } from '../../src/domain/key/events.js';
import { type Actor, idOfStream, isOneOf, type Recorded } from '../../src/domain/recorded.js';
import type { ReadModel, Table } from '../runner/model.js';

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
  readonly createdAt: string;
  readonly createdByType: Actor['type'];
  readonly createdById: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly revocationReason: RevocationReason | null;
  /** Counts the secrets the key has had. */
  readonly secretVersion: number;
  /** The users assigned to the key, in the order of their assignment. */
  readonly userIds: readonly string[];
  /** Events of the key's stream: what an ETag is made of. */
  readonly revision: number;
}

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
    maskedSecret: 'text',
    role: 'text',
    scopes: 'texts',
    department: 'text | null',
    environment: 'text | null',
    requestor: 'text | null',
    appId: 'text | null',
    businessJustification: 'text | null',
    notes: 'text | null',
    createdAt: 'instant',
    createdByType: 'text',
    createdById: 'id',
    expiresAt: 'instant | null',
    revokedAt: 'instant | null',
    revocationReason: 'text | null',
    secretVersion: 'integer',
    userIds: 'texts',
    revision: 'integer',
  },
  indexes: [
    '(team_id, created_at desc, id desc)',
    '(project_id, created_at desc, id desc)',
    'using gin (user_ids)',
  ],
  keysOf: (recorded) => (isOneOf(recorded, keyEventTypes) ? [idOfStream(recorded.stream)] : []),
  apply(row, recorded) {
    if (!isOneOf(recorded, keyEventTypes)) return row;
    const { event, revision } = recorded;
    if (event.type === 'KeyCreated') return created(event, recorded);
    if (!row) return row;
    switch (event.type) {
      case 'UserAssigned':
        return { ...row, revision, userIds: [...row.userIds, event.userId] };
      case 'KeyRevoked':
        return { ...row, revision, revokedAt: event.revokedAt, revocationReason: event.reason };
    }
  },
};

function created(event: KeyCreated, { metadata, revision }: Recorded): KeyRow {
  return {
    id: event.keyId,
    teamId: event.teamId,
    projectId: event.projectId,
    name: event.name,
    description: event.description ?? null,
    type: event.keyType,
    tier: event.tier,
    public: false,
    maskedSecret: event.secret.maskedSecret,
    role: event.role,
    scopes: event.scopes,
    department: event.department ?? null,
    environment: event.environment ?? null,
    requestor: event.requestor ?? null,
    appId: event.appId ?? null,
    businessJustification: event.businessJustification ?? null,
    notes: event.notes ?? null,
    createdAt: event.createdAt,
    createdByType: metadata.actor.type,
    createdById: metadata.actor.id,
    expiresAt: event.expiresAt ?? null,
    revokedAt: null,
    revocationReason: null,
    secretVersion: 1,
    userIds: [],
    revision,
  };
}

export const keysModel: ReadModel = { name: 'keys', version: 1, tables: [keyRows] };
