import type { Role } from '../team/events.js';
import {
  type AccessRequest,
  type AssignedResource,
  isPast,
  type KeyAccess,
  type SecretAccess,
  type Surroundings,
} from './key-access.js';
import { permissionRules } from './permissions.js';

/** In the order of the checks: the first that fails is the verdict. */
export const verdictCodes = [
  'NOT_FOUND',
  'REVOKED',
  'EXPIRED',
  'INACTIVE',
  'USER_NOT_ENTITLED',
  'PROJECT_ARCHIVED',
  'IP_NOT_ALLOWED',
  'ORIGIN_NOT_ALLOWED',
  'APP_MISMATCH',
  'WRONG_PROJECT',
  'INSUFFICIENT_SCOPE',
  'INSUFFICIENT_ROLE',
  'RESOURCE_NOT_ASSIGNED',
  'RESOURCE_INACTIVE',
  'VALID',
] as const;

export type VerdictCode = (typeof verdictCodes)[number];

/** Everything one verdict is about. */
export interface Case {
  /** With the rights that its user leaves it. */
  readonly access: KeyAccess;
  readonly secret: SecretAccess;
  readonly request: AccessRequest;
  readonly surroundings: Surroundings;
  /** Of a personal token: the present role of its user; undefined when they are no member. */
  readonly userRole: Role | undefined;
  /** ISO instant. */
  readonly at: string;
}

interface Check {
  readonly code: VerdictCode;
  /** Whether there is anything to check. */
  concerns(one: Case): boolean;
  holds(one: Case): boolean;
}

const always = () => true;

/** The first that does not hold is the verdict. */
export const checks: readonly Check[] = [
  { code: 'NOT_FOUND', concerns: always, holds: ({ secret, at }) => !isPast(secret.validUntil, at) },
  { code: 'REVOKED', concerns: always, holds: ({ access }) => access.revokedAt === null },
  { code: 'EXPIRED', concerns: always, holds: ({ access, at }) => !isPast(access.expiresAt, at) },
  { code: 'INACTIVE', concerns: always, holds: ({ access }) => !access.isDisabled },
  {
    code: 'USER_NOT_ENTITLED',
    concerns: ({ access }) => access.type === 'personal_token',
    holds: ({ userRole }) => userRole !== undefined,
  },
  {
    code: 'PROJECT_ARCHIVED',
    concerns: always,
    holds: ({ access, surroundings }) => !surroundings.isArchived(access.projectId),
  },
  {
    code: 'IP_NOT_ALLOWED',
    concerns: ({ access }) => access.allowedIps.length > 0,
    holds: ({ access, request, surroundings }) =>
      request.clientIp !== undefined && surroundings.isAddressIn(request.clientIp, access.allowedIps),
  },
  {
    code: 'ORIGIN_NOT_ALLOWED',
    concerns: ({ access }) => access.allowedOrigins.length > 0,
    holds: ({ access, request }) =>
      request.origin !== undefined && access.allowedOrigins.includes(request.origin),
  },
  {
    // A key that was never given an application is not bound to one.
    code: 'APP_MISMATCH',
    concerns: ({ access, request }) => request.appId !== undefined && access.appId !== null,
    holds: ({ access, request }) => request.appId === access.appId,
  },
  {
    code: 'WRONG_PROJECT',
    concerns: ({ request }) => request.project !== undefined,
    holds: ({ access, request }) => request.project === access.projectId,
  },
  {
    code: 'INSUFFICIENT_SCOPE',
    concerns: ({ request }) => request.scope !== undefined || needsPermissions(request),
    holds: ({ access, request }) =>
      (request.scope === undefined || access.scopes.includes(request.scope)) &&
      everyPermission(request, (permission) => hasScope(access, permission)),
  },
  {
    code: 'INSUFFICIENT_ROLE',
    concerns: ({ request }) => needsPermissions(request),
    holds: ({ access, request, userRole }) =>
      everyPermission(request, (permission) => hasRole(access, permission, userRole)),
  },
  {
    code: 'RESOURCE_NOT_ASSIGNED',
    concerns: ({ request }) => namesResource(request),
    holds: ({ access, request }) => access.resources.some((one) => isMeant(one, request)),
  },
  {
    code: 'RESOURCE_INACTIVE',
    concerns: ({ request }) => namesResource(request),
    holds: (one) => grantingResource(one) !== undefined,
  },
];

/** The first assigned and active resource that is what the request names; undefined also when it names none. */
export function grantingResource({ access, request, surroundings }: Case): AssignedResource | undefined {
  if (!namesResource(request)) return undefined;
  return access.resources.find((one) => isMeant(one, request) && surroundings.isActive(one.resourceId));
}

/**
 * The model a request is about, in the words of the key's own record: undefined when it names neither a model nor
 * a resource, or one that is not assigned. All assigned resources that are meant have one model.
 */
export function assignedModel({ resources }: KeyAccess, request: AccessRequest): string | undefined {
  if (!namesResource(request)) return undefined;
  return resources.find((one) => isMeant(one, request))?.model;
}

function namesResource({ model, resource }: AccessRequest): boolean {
  return model !== undefined || resource !== undefined;
}

function isMeant(assigned: AssignedResource, { model, resource }: AccessRequest): boolean {
  return (
    (resource === undefined || resource === assigned.resourceId) &&
    (model === undefined || model === assigned.model)
  );
}

function needsPermissions({ permission, permissions }: AccessRequest): boolean {
  return permission !== undefined || permissions !== undefined;
}

function everyPermission(
  { permission, permissions }: AccessRequest,
  holds: (permission: string) => boolean,
): boolean {
  return (permission === undefined || holds(permission)) && (permissions ?? []).every(holds);
}

/** A permission that there is not is one that nobody has. */
function hasScope(access: KeyAccess, permission: string): boolean {
  const rule = permissionRules.get(permission);
  if (!rule) return false;
  return rule.scope === null ? !access.public : access.scopes.includes(rule.scope);
}

function hasRole(access: KeyAccess, permission: string, userRole: Role | undefined): boolean {
  const rule = permissionRules.get(permission);
  if (userRole === 'AUDITOR' && !rule?.isReading) return false;
  return rule?.role === 'any' || rule?.role === access.role;
}
