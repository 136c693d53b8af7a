import type { IncomingMessage } from 'node:http';
import type { KeyPrincipal } from '../../../application/principal.js';
import { decideAccess } from '../../../domain/access/verdict.js';
import type { AccessIndex } from '../../../verification/access-index.js';

/** A gateway sends thousands of requests on one connection: its secret need not be hashed for each of them. */
export interface Callers {
  /** Who sent the credential of this request on its connection before; what that is worth now, `recall` says. */
  find(request: IncomingMessage): KnownCaller | undefined;
  /** The caller, if nothing about it changed since and its key is valid at the instant. */
  recall(known: KnownCaller, at: string): KeyPrincipal | undefined;
  /** Personal tokens and keys that are limited to places are not remembered: they are looked at anew each time. */
  remember(request: IncomingMessage, principal: KeyPrincipal): void;
}

export interface KnownCaller {
  readonly authorization: string;
  readonly principal: KeyPrincipal;
  /** ISO instant for which the key was last found valid: a dozen questions come within one. */
  validAt: string;
}

export function rememberCallers(index: AccessIndex): Callers {
  const callers = new WeakMap<object, KnownCaller>();
  return {
    find({ socket, headers }) {
      const known = callers.get(socket);
      return known?.authorization === headers.authorization ? known : undefined;
    },
    recall(known, at) {
      const { access, secretId } = known.principal;
      // Any change of the key makes another record of it.
      if (index.key(access.keyId) !== access) return undefined;
      if (known.validAt === at) return known.principal;
      const secret = access.secrets.find((one) => one.secretId === secretId);
      if (!decideAccess(access, secret, {}, at, index).allowed) return undefined;
      known.validAt = at;
      return known.principal;
    },
    remember({ socket, headers: { authorization } }, principal) {
      if (authorization === undefined || !restsOnItself(principal)) return;
      callers.set(socket, { authorization, principal, validAt: '' });
    },
  };
}

/** Whether nothing but the key decides who asks: no membership of a user, and no place it is presented from. */
function restsOnItself({ access }: KeyPrincipal): boolean {
  return (
    access.type === 'service_account' && access.allowedIps.length === 0 && access.allowedOrigins.length === 0
  );
}
