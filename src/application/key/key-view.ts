import type { KeyRow } from '../../../projections/keys/table.js';
import { type KeyStatus, keyStatus } from '../../domain/key/status.js';
import { seesPersonalData } from '../authorize.js';
import type { Principal } from '../principal.js';

export interface AssignedUser {
  readonly id: string;
  readonly name: string | null;
  /** For owners, admins and auditors only. */
  readonly email: string | null;
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
  readonly status: KeyStatus;
  readonly maskedSecret: string;
  readonly role: KeyRow['role'];
  readonly scopes: KeyRow['scopes'];
  readonly users: readonly AssignedUser[];
  readonly department: string | null;
  readonly environment: string | null;
  /** For owners, admins and auditors only. */
  readonly requestor: string | null;
  readonly appId: string | null;
  readonly businessJustification: string | null;
  /** For owners, admins and auditors only. */
  readonly notes: string | null;
  readonly createdAt: string;
  readonly createdBy: { readonly type: string; readonly id: string };
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly secretVersion: number;
  readonly revokedAt: string | null;
  readonly revocationReason: KeyRow['revocationReason'];
  readonly revision: number;
}

/** What a view needs besides the row, looked up for a whole page at once. */
export interface ViewFacts {
  readonly principal: Principal;
  /** ISO instant for which the status is told. */
  readonly at: string;
  readonly users: ReadonlyMap<string, { readonly name: string; readonly email: string }>;
  readonly lastUsedAt: ReadonlyMap<string, string>;
}

export function viewOf(row: KeyRow, facts: ViewFacts): KeyView {
  const personal = seesPersonalData(facts.principal);
  const { createdByType, createdById, userIds, revokedAt, expiresAt, isDisabled, ...rest } = row;
  return {
    id: rest.id,
    teamId: rest.teamId,
    projectId: rest.projectId,
    name: rest.name,
    description: rest.description,
    type: rest.type,
    tier: rest.tier,
    status: keyStatus({ revokedAt, expiresAt, isDisabled }, facts.at),
    maskedSecret: rest.maskedSecret,
    role: rest.role,
    scopes: rest.scopes,
    users: userIds.map((id) => userOf(id, facts, personal)),
    department: rest.department,
    environment: rest.environment,
    requestor: personal ? rest.requestor : null,
    appId: rest.appId,
    businessJustification: rest.businessJustification,
    notes: personal ? rest.notes : null,
    createdAt: rest.createdAt,
    createdBy: { type: createdByType, id: createdById },
    expiresAt,
    lastUsedAt: facts.lastUsedAt.get(rest.id) ?? null,
    secretVersion: rest.secretVersion,
    revokedAt,
    revocationReason: rest.revocationReason,
    revision: rest.revision,
  };
}

function userOf(id: string, { users }: ViewFacts, personal: boolean): AssignedUser {
  const user = users.get(id);
  return { id, name: user?.name ?? null, email: personal ? (user?.email ?? null) : null };
}
