import type { IncomingMessage } from 'node:http';
import type { KeyPrincipal } from '../../../application/principal.js';
import { decideAccess } from '../../../domain/access/verdict.js';
import type { AccessIndex } from '../../../verification/access-index.js';

/** A gateway sends thousands of requests on one connection: its secret need not be hashed for each of them. */
export interface Callers {
  /** Whether the connection sends what it sent before; what that is worth now, `recall` says. */
  knows(request: IncomingMessage): boolean;
  /** The caller of an earlier request on the connection, if it is the same one and nothing about it changed. */
  recall(request: IncomingMessage, at: string): KeyPrincipal | undefined;
  remember(request: IncomingMessage, principal: KeyPrincipal): void;
}

interface Known {
  readonly authorization: string;
  readonly principal: KeyPrincipal;
  /** ISO instant for which the key was last found valid: a dozen questions come within one. */
  validAt: string;
}

export function rememberCallers(index: AccessIndex): Callers {
  const callers = new WeakMap<object, Known>();
  const knownOf = ({ socket, headers }: IncomingMessage) => {
    const known = callers.get(socket);
    return known?.authorization === headers.authorization ? known : undefined;
  };
  return {
    knows: (request) => knownOf(request) !== undefined,
    recall(request, at) {
      const known = knownOf(request);
      if (!known) return undefined;
      const { access, secretId } = known.principal;
      // Any change of the key makes another record of it.
      if (index.key(access.keyId) !== access) return undefined;
      if (known.validAt === at) return known.principal;
      const secret = access.secrets.find((one) => one.secretId === secretId);
      if (!decideAccess(access, secret, {}, at).allowed) return undefined;
      known.validAt = at;
      return known.principal;
    },
    remember({ socket, headers: { authorization } }, principal) {
      if (authorization !== undefined) callers.set(socket, { authorization, principal, validAt: '' });
    },
  };
}
