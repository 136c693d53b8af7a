import type { KeyRow } from '../../../projections/keys/table.js';
import type { LastUse } from '../../../projections/last-used/queries.js';
import type { ProfileRow } from '../../../projections/profiles/table.js';
import type { ResourceRow } from '../../../projections/resources/table.js';
import type { ServiceRow } from '../../../projections/services/table.js';
import { isPast } from '../../domain/access/key-access.js';
import type { EnabledService, ResourceType } from '../../domain/key/events.js';
import { type KeyStatus, keyStatus } from '../../domain/key/status.js';
import type { ResourceStatus } from '../../domain/resource/state.js';
import { seesPersonalData } from '../authorize.js';
import type { Principal } from '../principal.js';

export interface AssignedUser {
  readonly id: string;
  readonly name: string | null;
  /** For owners, admins and auditors only. */
  readonly email: string | null;
}

/** A resource of a key; only the id is known while the read model of resources has not seen it yet. */
export interface ShownResource {
  readonly id: string;
  readonly name: string | null;
  readonly model: string | null;
  readonly resourceType: ResourceType | null;
  readonly status: ResourceStatus | null;
}

/** A service of a key; its name is not known while the read model of services has not seen it yet. */
export interface ShownService extends EnabledService {
  readonly name: string | null;
}

export interface ShownProfile {
  readonly id: string;
  readonly name: string | null;
}

/** A key as a person or a program may see it. Times are ISO instants. */
export interface KeyView {
  readonly id: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: KeyRow['type'];
  readonly tier: KeyRow['tier'];
  readonly public: boolean;
  /** Of a personal token: the user it acts as. */
  readonly userId: string | null;
  readonly status: KeyStatus;
  readonly maskedSecret: string;
  readonly role: KeyRow['role'];
  readonly scopes: KeyRow['scopes'];
  /** In the order of their assignment. */
  readonly resources: readonly ShownResource[];
  readonly users: readonly AssignedUser[];
  /** In the order of their enabling; of the free key those that are free and not retired. */
  readonly services: readonly ShownService[];
  readonly biasProfile: ShownProfile | null;
  readonly department: string | null;
  readonly environment: string | null;
  /** For owners, admins and auditors only. */
  readonly requestor: string | null;
  readonly appId: string | null;
  readonly businessJustification: string | null;
  /** For owners, admins and auditors only. */
  readonly notes: string | null;
  /** For owners, admins and auditors only. */
  readonly notifyEmail: string | null;
  readonly allowedIps: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly labels: readonly string[];
  readonly externalId: string | null;
  readonly createdAt: string;
  readonly createdBy: { readonly type: string; readonly id: string };
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly rotatedAt: string | null;
  readonly secretVersion: number;
  /** Until when the replaced secret is good; null when there is none. */
  readonly previousSecretValidUntil: string | null;
  readonly revokedAt: string | null;
  readonly revocationReason: KeyRow['revocationReason'];
  readonly revision: number;
}

/** Somebody by name; null where they are not known here yet. */
export interface ShownUser {
  readonly name: string | null;
  readonly email: string | null;
}

/** What a view needs besides the row, looked up for a whole page at once. */
export interface ViewFacts {
  readonly principal: Principal;
  /** ISO instant for which the status is told. */
  readonly at: string;
  /** Whether that is past, and lists may know of more than there was then. */
  readonly isOver: boolean;
  /** Those whom a key shows. */
  readonly users: ReadonlyMap<string, ShownUser>;
  /** By the id of the key. */
  readonly lastUses: ReadonlyMap<string, LastUse>;
  readonly resources: ReadonlyMap<string, ResourceRow>;
  readonly profiles: ReadonlyMap<string, ProfileRow>;
  readonly services: ReadonlyMap<string, ServiceRow>;
  /** What free keys have at that instant. */
  readonly freeServices: readonly ServiceRow[];
}

export function viewOf(row: KeyRow, facts: ViewFacts): KeyView {
  const personal = seesPersonalData(facts.principal);
  const { createdByType, createdById, userIds, revokedAt, expiresAt, isDisabled, ...rest } = row;
  const { biasProfileId, previousSecretValidUntil } = rest;
  return {
    id: rest.id,
    teamId: rest.teamId,
    projectId: rest.projectId,
    name: rest.name,
    description: rest.description,
    type: rest.type,
    tier: rest.tier,
    public: rest.public,
    userId: rest.ownerId,
    status: keyStatus({ revokedAt, expiresAt, isDisabled }, facts.at),
    maskedSecret: rest.maskedSecret,
    role: rest.role,
    scopes: rest.scopes,
    resources: rest.resourceIds.map((id) => resourceOf(id, facts)),
    services: servicesOf(row, facts),
    users: userIds.flatMap((id) => userOf(id, facts, personal)),
    biasProfile:
      biasProfileId === null
        ? null
        : { id: biasProfileId, name: facts.profiles.get(biasProfileId)?.name ?? null },
    department: rest.department,
    environment: rest.environment,
    requestor: personal ? rest.requestor : null,
    appId: rest.appId,
    businessJustification: rest.businessJustification,
    notes: personal ? rest.notes : null,
    notifyEmail: personal ? rest.notifyEmail : null,
    allowedIps: rest.allowedIps,
    allowedOrigins: rest.allowedOrigins,
    labels: rest.labels,
    externalId: rest.externalId,
    createdAt: rest.createdAt,
    createdBy: { type: createdByType, id: createdById },
    expiresAt,
    lastUsedAt: lastUsedAt(rest.id, facts),
    rotatedAt: rest.rotatedAt,
    secretVersion: rest.secretVersion,
    previousSecretValidUntil: isPast(previousSecretValidUntil, facts.at) ? null : previousSecretValidUntil,
    revokedAt,
    revocationReason: rest.revocationReason,
    revision: rest.revision,
  };
}

function resourceOf(id: string, { resources }: ViewFacts): ShownResource {
  const { name = null, model = null, resourceType = null, status = null } = resources.get(id) ?? {};
  return { id, name, model, resourceType, status };
}

function lastUsedAt(id: string, { lastUses, isOver, at }: ViewFacts): string | null {
  const last = lastUses.get(id)?.lastUsedAt ?? null;
  return isOver && last !== null && last > at ? null : last;
}

function servicesOf({ tier, services }: KeyRow, facts: ViewFacts): readonly ShownService[] {
  if (tier === 'free') return facts.freeServices.map(ofFreeKey);
  return services.map((one) => ({ ...one, name: facts.services.get(one.serviceId)?.name ?? null }));
}

function ofFreeKey({ id, name }: ServiceRow): ShownService {
  return { serviceId: id, name, billingPolicy: 'free', models: null, walletId: null };
}

function userOf(id: string, { users }: ViewFacts, personal: boolean): AssignedUser[] {
  const user = users.get(id);
  return user ? [{ id, name: user.name, email: personal ? user.email : null }] : [];
}
