import type { IncomingMessage } from 'node:http';
import type { KeyPrincipal } from '../../../application/principal.js';
import { createLru } from '../../../platform/lru.js';
import type { AccessIndex } from '../../../verification/access-index.js';
import { isValidCredential } from '../../../verification/authenticator.js';

/** A gateway sends thousands of requests on one connection: its secret need not be hashed for each of them. */
export interface Callers {
  /** Who sent the credential of this request on its connection before; what that is worth now, `recall` says. */
  find(request: IncomingMessage): KnownCaller | undefined;
  /** The caller, if nothing about it changed since and its key is valid at the instant. */
  recall(known: KnownCaller, at: string): KeyPrincipal | undefined;
  /** Personal tokens, key tokens and keys that are limited to places are not remembered, but looked at anew each time. */
  remember(request: IncomingMessage, principal: KeyPrincipal): void;
}

export interface KnownCaller {
  readonly authorization: string;
  readonly principal: KeyPrincipal;
  /** For which instant, and after how many changes of keys, it was last found valid: many questions come within one. */
  validAt: string;
  changesCount: number;
}

/** A caller has many connections, which then share what is known of it; of so many callers. */
const callersMax = 1_000;

export function rememberCallers(index: AccessIndex): Callers {
  const byConnection = new WeakMap<object, KnownCaller>();
  const bySecret = createLru<KnownCaller>(callersMax);

  /** Whether the key is still what it was: every change counts its revision up. */
  function isUnchanged({ principal: { access }, changesCount }: KnownCaller): boolean {
    return changesCount === index.changesCount() || index.key(access.keyId)?.revision === access.revision;
  }

  return {
    find({ socket, headers }) {
      const known = byConnection.get(socket);
      return known?.authorization === headers.authorization ? known : undefined;
    },
    recall(known, at) {
      const { principal } = known;
      if (!isUnchanged(known)) return undefined;
      // A project can be archived within the very instant: what is joined with keys counts as a change too.
      const isDecided = known.validAt === at && known.changesCount === index.changesCount();
      if (!isDecided && !isValidCredential(principal, {}, at, index)) return undefined;
      known.validAt = at;
      known.changesCount = index.changesCount();
      return principal;
    },
    remember({ socket, headers: { authorization } }, principal) {
      if (authorization === undefined || !restsOnItself(principal)) return;
      const { secretId } = principal.secret;
      const shared = bySecret.get(secretId);
      if (shared?.authorization === authorization && isUnchanged(shared)) {
        byConnection.set(socket, shared);
        return;
      }
      const known = { authorization, principal, validAt: '', changesCount: index.changesCount() };
      bySecret.set(secretId, known);
      byConnection.set(socket, known);
    },
  };
}

/** Whether nothing but the key decides who asks: no membership of a user, and no place it is presented from. */
function restsOnItself({ access, secret }: KeyPrincipal): boolean {
  return (
    access.type === 'service_account' &&
    secret.token === undefined &&
    access.allowedIps.length === 0 &&
    access.allowedOrigins.length === 0
  );
}
