import type { ProfileAccess } from '../../projections/access/profiles.js';
import { authorize } from '../application/authorize.js';
import type { Principal } from '../application/principal.js';
import { userRoleOf, withinRightsOf } from '../domain/access/entitlement.js';
import { knownModel } from '../domain/access/grants.js';
import { permissionRules } from '../domain/access/permissions.js';
import { type AccessRequest, decideAccess, type KeyAccess, type Verdict } from '../domain/access/verdict.js';
import type { AccessIndex } from './access-index.js';
import type { UseRecorder } from './uses.js';

/** A question about a key: the secret as it was presented, and what its bearer wants to do. */
export interface VerifyRequest extends AccessRequest {
  readonly key: string;
}

/** What the asker may know of the key. */
export type KeyFacts = Pick<
  KeyAccess,
  | 'keyId'
  | 'teamId'
  | 'projectId'
  | 'type'
  | 'ownerId'
  | 'role'
  | 'scopes'
  | 'environment'
  | 'appId'
  | 'expiresAt'
  | 'secretVersion'
  | 'revision'
>;

export interface Answer extends Verdict {
  /** With the rights that it really has. Undefined when the asker may not know of it: a bare `NOT_FOUND`. */
  readonly key: KeyFacts | undefined;
  readonly biasProfile: ProfileAccess | undefined;
  /** Whoever asks with a public key may be anyone, and is told little of it. */
  readonly isForAnyone: boolean;
}

export const notFound: Answer = {
  allowed: false,
  code: 'NOT_FOUND',
  checked: ['NOT_FOUND'],
  grantedBy: null,
  key: undefined,
  biasProfile: undefined,
  isForAnyone: false,
};

interface Parts {
  readonly index: AccessIndex;
  readonly uses: UseRecorder;
}

/**
 * Answers a question about a key from memory.
 * @param at ISO instant the verdict is for: now
 * @returns `forbidden` when the asker may not ask about other keys at all, whatever keys there are
 */
export function verify(
  { index, uses }: Parts,
  caller: Principal,
  request: VerifyRequest,
  at: string,
): Answer | 'forbidden' {
  const found = index.find(request.key);
  if (!found || authorize(caller, 'access.verify', found.access) !== 'allowed') {
    return authorize(caller, 'access.verify') === 'allowed' ? notFound : 'forbidden';
  }
  const { access, secret } = found;
  const verdict = decideAccess(access, secret, request, at, index);
  if (verdict.code === 'NOT_FOUND') return notFound;
  // Only permissions, services and models there are: other text is the caller's, may hold a secret, and would go
  // into the log.
  uses.record({
    access,
    secret,
    code: verdict.code,
    permission: knownPermission(request),
    service: usedService(request, verdict, index),
    model: knownModel({ access, request, surroundings: index }),
    at,
  });
  const { allowed, code, checked, grantedBy } = verdict;
  return {
    allowed,
    code,
    checked,
    grantedBy,
    key: factsOf(access, index, at),
    biasProfile: profileOf(access, index),
    isForAnyone: caller.type === 'key' && caller.access.public,
  };
}

/** What is told of a key besides the verdict: with the rights that it really has at the instant. */
export function factsOf(access: KeyAccess, index: AccessIndex, at: string): KeyFacts {
  return withinRightsOf(userRoleOf(access, index, at), access);
}

export function profileOf({ biasProfileId }: KeyAccess, index: AccessIndex): ProfileAccess | undefined {
  return biasProfileId === null ? undefined : index.profile(biasProfileId);
}

/** The one that grants what was asked for, or else the one that was named. */
function usedService(
  { service }: VerifyRequest,
  { grantedBy }: Verdict,
  index: AccessIndex,
): string | undefined {
  if (grantedBy?.type === 'service') return grantedBy.id;
  return service === undefined ? undefined : index.service(service)?.serviceId;
}

function knownPermission({ permission, permissions }: VerifyRequest): string | undefined {
  if (permission !== undefined && permissionRules.has(permission)) return permission;
  return permissions?.find((one) => permissionRules.has(one));
}
