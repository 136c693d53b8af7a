import type { KeyRole, KeyType, Scope } from '../key/events.js';
import { permissionRules } from './permissions.js';

/** In the order of the checks: the first that fails is the verdict. */
export const verdictCodes = [
  'NOT_FOUND',
  'REVOKED',
  'EXPIRED',
  'WRONG_PROJECT',
  'INSUFFICIENT_SCOPE',
  'INSUFFICIENT_ROLE',
  'VALID',
] as const;

export type VerdictCode = (typeof verdictCodes)[number];

/** One secret of a key, as verification needs it. */
export interface SecretAccess {
  readonly secretId: string;
  /** Base64url of SHA-256. */
  readonly digest: string;
  /** ISO instant from which it no longer counts; null: as long as the key. */
  readonly validUntil: string | null;
}

/** A resource assigned to a key, as verification looks for it. */
export interface AssignedResource {
  readonly resourceId: string;
  readonly model: string;
}

/** What verification knows of a key: the row of the read model `access`. */
export interface KeyAccess {
  readonly keyId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly type: KeyType;
  readonly public: boolean;
  /** Of a personal token: the user it acts as. */
  readonly ownerId: string | null;
  readonly role: KeyRole;
  readonly scopes: readonly Scope[];
  readonly environment: string | null;
  readonly appId: string | null;
  /** The users assigned to the key. */
  readonly userIds: readonly string[];
  readonly resources: readonly AssignedResource[];
  readonly biasProfileId: string | null;
  /** CIDR ranges and addresses; empty: from everywhere. */
  readonly allowedIps: readonly string[];
  /** Origins of web pages, of public keys; empty: all. */
  readonly allowedOrigins: readonly string[];
  readonly isDisabled: boolean;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly secrets: readonly SecretAccess[];
  /** Counts the secrets the key has had. */
  readonly secretVersion: number;
  /** Events of the key's stream. */
  readonly revision: number;
}

/** What the bearer wants to do; all parts optional, all given parts must hold. */
export interface AccessRequest {
  /** Id of the project to act in. */
  readonly project?: string;
  /** Permissions, all of which are needed. */
  readonly permissions?: readonly string[];
  readonly scope?: Scope;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly code: VerdictCode;
  /** The checks that were made, in order, the failing one last. Checks without anything to check are left out. */
  readonly checked: readonly VerdictCode[];
}

interface Check {
  readonly code: VerdictCode;
  /** Whether there is anything to check. */
  concerns(request: AccessRequest): boolean;
  holds(access: KeyAccess, secret: SecretAccess, request: AccessRequest, at: string): boolean;
}

/** The first that does not hold is the verdict. */
const checks: readonly Check[] = [
  {
    code: 'NOT_FOUND',
    concerns: () => true,
    holds: (_access, secret, _request, at) => !isPast(secret.validUntil, at),
  },
  { code: 'REVOKED', concerns: () => true, holds: (access) => access.revokedAt === null },
  {
    code: 'EXPIRED',
    concerns: () => true,
    holds: (access, _secret, _request, at) => !isPast(access.expiresAt, at),
  },
  {
    code: 'WRONG_PROJECT',
    concerns: (request) => request.project !== undefined,
    holds: (access, _secret, request) => request.project === access.projectId,
  },
  {
    code: 'INSUFFICIENT_SCOPE',
    concerns: (request) => request.scope !== undefined || request.permissions !== undefined,
    holds: (access, _secret, request) => hasScopes(access, request),
  },
  {
    code: 'INSUFFICIENT_ROLE',
    concerns: (request) => request.permissions !== undefined,
    holds: (access, _secret, { permissions = [] }) =>
      permissions.every((permission) => hasRole(access, permission)),
  },
];

/**
 * Decides whether a key may do something at an instant. Pure: the same answer for now and for the past.
 * @param access the key, or undefined when no key has the secret
 * @param secret the key's secret that was presented
 * @param at ISO instant in UTC with milliseconds; at the very instant a thing has expired
 */
export function decideAccess(
  access: KeyAccess | undefined,
  secret: SecretAccess | undefined,
  request: AccessRequest,
  at: string,
): Verdict {
  if (!access || !secret) return { allowed: false, code: 'NOT_FOUND', checked: listOf(1) };
  let made = 0;
  for (let number = 0; number < checks.length; number++) {
    const check = checks[number];
    if (!check?.concerns(request)) continue;
    made |= 1 << number;
    if (!check.holds(access, secret, request, at)) {
      return { allowed: false, code: check.code, checked: listOf(made) };
    }
  }
  return { allowed: true, code: 'VALID', checked: listOf(made) };
}

const lists = new Map<number, readonly VerdictCode[]>();

/** The checks whose bits are set; one list for each such set, as there are few and many verdicts. */
function listOf(made: number): readonly VerdictCode[] {
  const known = lists.get(made);
  if (known) return known;
  const list = checks.filter((_, number) => made & (1 << number)).map(({ code }) => code);
  lists.set(made, list);
  return list;
}

/** ISO instants of one form compare as text. */
function isPast(instant: string | null, at: string): boolean {
  return instant !== null && at >= instant;
}

function hasScopes(access: KeyAccess, request: AccessRequest): boolean {
  if (request.scope !== undefined && !access.scopes.includes(request.scope)) return false;
  return (request.permissions ?? []).every((permission) => {
    const rule = permissionRules.get(permission);
    return rule !== undefined && (rule.scope === null || access.scopes.includes(rule.scope));
  });
}

function hasRole(access: KeyAccess, permission: string): boolean {
  const role = permissionRules.get(permission)?.role;
  return role === 'any' || role === access.role;
}
