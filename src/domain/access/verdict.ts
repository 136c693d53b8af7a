import { type Case, checks, type VerdictCode } from './checks.js';
import { userRoleOf, withinRightsOf } from './entitlement.js';
import { type Grant, grantOf } from './grants.js';
import type { AccessRequest, KeyAccess, SecretAccess, Surroundings } from './key-access.js';

export { type VerdictCode, verdictCodes } from './checks.js';
export type { AccessRequest, KeyAccess, SecretAccess, Surroundings, TokenAccess } from './key-access.js';

export interface Verdict {
  readonly allowed: boolean;
  readonly code: VerdictCode;
  /** The checks that were made, in order, the failing one last. Checks without anything to check are left out. */
  readonly checked: readonly VerdictCode[];
  /** Null when nothing was named, or nothing granted. */
  readonly grantedBy: Grant | null;
}

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
  surroundings: Surroundings,
): Verdict {
  if (!access || !secret) return refused('NOT_FOUND', 1);
  const userRole = userRoleOf(access, surroundings, at);
  const one: Case = {
    access: withinRightsOf(userRole, access),
    secret,
    request,
    surroundings,
    userRole,
    at,
  };
  let made = 0;
  for (let number = 0; number < checks.length; number++) {
    const check = checks[number];
    if (!check?.concerns(one)) continue;
    made |= 1 << number;
    if (!check.holds(one)) return refused(check.code, made);
  }
  return { allowed: true, code: 'VALID', checked: listOf(made), grantedBy: grantOf(one) };
}

function refused(code: VerdictCode, made: number): Verdict {
  return { allowed: false, code, checked: listOf(made), grantedBy: null };
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
