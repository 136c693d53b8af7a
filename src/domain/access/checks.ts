import type { Role } from '../team/events.js';
import { mayUseToken } from './entitlement.js';
import {
  type Asked,
  assignedResource,
  grantingResource,
  grantingService,
  grantOf,
  hasActiveResource,
  hasAnyService,
  isEnabled,
  namesResource,
  servicesWith,
} from './grants.js';
import { type AccessRequest, isPast, type KeyAccess, type SecretAccess } from './key-access.js';
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
  'SERVICE_NOT_ENABLED',
  'MODEL_NOT_ALLOWED',
  'RESOURCE_NOT_ASSIGNED',
  'RESOURCE_INACTIVE',
  'INSUFFICIENT_FUNDS',
  'VALID',
] as const;

export type VerdictCode = (typeof verdictCodes)[number];

/** Everything one verdict is about. */
export interface Case extends Asked {
  /** With the rights that its user leaves it. */
  readonly access: KeyAccess;
  readonly secret: SecretAccess;
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
const toInfer = 'inferences:create';

/** The first that does not hold is the verdict. */
export const checks: readonly Check[] = [
  { code: 'NOT_FOUND', concerns: always, holds: ({ secret, at }) => !isPast(secret.validUntil, at) },
  { code: 'REVOKED', concerns: always, holds: ({ access }) => access.revokedAt === null },
  { code: 'EXPIRED', concerns: always, holds: ({ access, at }) => !isPast(access.expiresAt, at) },
  { code: 'INACTIVE', concerns: always, holds: ({ access }) => !access.isDisabled },
  {
    code: 'USER_NOT_ENTITLED',
    concerns: ({ access, secret }) => access.type === 'personal_token' || secret.token !== undefined,
    holds: ({ access, secret: { token }, userRole, surroundings, at }) =>
      token ? mayUseToken(token, access, surroundings, at) : userRole !== undefined,
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
    concerns: ({ access, request, surroundings }) =>
      access.appId !== null &&
      (request.appId !== undefined || surroundings.policyOf(access.teamId).enforceAppId),
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
    code: 'SERVICE_NOT_ENABLED',
    concerns: ({ request }) => request.service !== undefined,
    holds: (one) => one.request.service === undefined || isEnabled(one, one.request.service),
  },
  {
    code: 'MODEL_NOT_ALLOWED',
    concerns: ({ request: { service, model, resource } }) =>
      service !== undefined && model !== undefined && resource === undefined,
    holds: (one) => assignedResource(one) !== undefined || servicesWith(one).length > 0,
  },
  {
    code: 'RESOURCE_NOT_ASSIGNED',
    concerns: (one) => namesResource(one.request) || needsAnyResource(one),
    holds: (one) =>
      namesResource(one.request)
        ? assignedResource(one) !== undefined || servicesWith(one).length > 0
        : one.access.resources.length > 0 || hasAnyService(one),
  },
  {
    // Where none is assigned, there is a service, and the next check is about its wallet.
    code: 'RESOURCE_INACTIVE',
    concerns: (one) => namesResource(one.request) || needsAnyResource(one),
    holds: (one) =>
      namesResource(one.request)
        ? grantOf(one) !== null || assignedResource(one) === undefined
        : hasActiveResource(one) || hasAnyService(one),
  },
  {
    code: 'INSUFFICIENT_FUNDS',
    concerns: (one) =>
      servicesWith(one).some(({ walletId }) => walletId !== null) && grantingResource(one) === undefined,
    holds: (one) => grantingService(one) !== undefined,
  },
];

/** Whether it is about inferences of no model in particular, and the policy of the team still wants something for them. */
function needsAnyResource({ access, request, surroundings }: Case): boolean {
  if (request.service !== undefined || namesResource(request) || !asksToInfer(request)) return false;
  return surroundings.policyOf(access.teamId).resourceRequired;
}

function asksToInfer({ scope, permission, permissions }: AccessRequest): boolean {
  return (
    scope === 'inference' ||
    permission === toInfer ||
    (permissions !== undefined && permissions.includes(toInfer))
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
