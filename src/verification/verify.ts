import { authorize } from '../application/authorize.js';
import type { Principal } from '../application/principal.js';
import { permissionRules } from '../domain/access/permissions.js';
import {
  type AccessRequest,
  decideAccess,
  type KeyAccess,
  type Verdict,
  type VerdictCode,
} from '../domain/access/verdict.js';
import type { AccessIndex } from './access-index.js';
import type { UseRecorder } from './uses.js';

/** A question about a key: the secret as it was presented, and what its bearer wants to do. */
export interface VerifyRequest {
  readonly key: string;
  readonly project?: string;
  /** Short for `permissions` with one element. */
  readonly permission?: string;
  readonly permissions?: readonly string[];
  readonly scope?: NonNullable<AccessRequest['scope']>;
}

/** What the asker may know of the key. */
export type KeyFacts = Pick<
  KeyAccess,
  | 'keyId'
  | 'teamId'
  | 'projectId'
  | 'type'
  | 'role'
  | 'scopes'
  | 'environment'
  | 'appId'
  | 'expiresAt'
  | 'secretVersion'
  | 'revision'
>;

export interface Answer extends Verdict {
  readonly code: VerdictCode;
  /** What made a named model accessible; null while no model can be named. */
  readonly grantedBy: null;
  /** Undefined when the asker may not know of the key: then the answer is the bare `NOT_FOUND`. */
  readonly key: KeyFacts | undefined;
}

const notFound: Answer = {
  allowed: false,
  code: 'NOT_FOUND',
  checked: ['NOT_FOUND'],
  grantedBy: null,
  key: undefined,
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
  const asked = withPermissions(request);
  const verdict = decideAccess(access, secret, asked, at);
  if (verdict.code === 'NOT_FOUND') return notFound;
  // Only permissions there are: any other text is the caller's, may hold a secret, and would go into the log.
  uses.record({
    access,
    secretId: secret.secretId,
    code: verdict.code,
    permission: asked.permissions?.find((one) => permissionRules.has(one)),
    at,
  });
  const { allowed, code, checked } = verdict;
  return { allowed, code, checked, grantedBy: null, key: access };
}

function withPermissions(request: VerifyRequest): AccessRequest {
  const { permission, permissions } = request;
  if (permission === undefined) return request;
  return { ...request, permissions: permissions ? [permission, ...permissions] : [permission] };
}
