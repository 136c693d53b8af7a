import type { KeyAccess, SecretAccess } from '../domain/access/verdict.js';
import type { Actor } from '../domain/recorded.js';
import type { Role } from '../domain/team/events.js';

/** A person with a session, acting in one team. */
export interface UserPrincipal {
  readonly type: 'user';
  readonly userId: string;
  readonly sessionId: string;
  readonly teamId: string;
  readonly role: Role;
}

/** A key that was presented as a bearer token and is valid right now. */
export interface KeyPrincipal {
  readonly type: 'key';
  readonly teamId: string;
  readonly access: KeyAccess;
  /** The one that was presented. */
  readonly secret: SecretAccess;
  /** Of a personal token: the present role of its user in the team. */
  readonly userRole?: Role;
}

/** An operator's key that was presented: it acts for the platform, and looks into any team. */
export interface OperatorPrincipal {
  readonly type: 'operator';
  /** The team it names; `platform` where it names none. */
  readonly teamId: string;
  readonly access: KeyAccess;
  readonly secret: SecretAccess;
}

/** Who is asking. */
export type Principal = UserPrincipal | KeyPrincipal | OperatorPrincipal;

/** The person whose rights a principal has: of a session and of a personal token; others have their own. */
export function personOf(principal: Principal): string | null {
  return principal.type === 'user' ? principal.userId : principal.access.ownerId;
}

export function actorOf(principal: Principal): Actor {
  if (principal.type === 'user') {
    return { type: 'user', id: principal.userId, credentialId: principal.sessionId, role: principal.role };
  }
  const { keyId, ownerId, role } = principal.access;
  if (principal.type === 'operator') {
    return { type: 'operator', id: keyId, credentialId: principal.secret.secretId };
  }
  // A personal token acts as its user, a key token for the user who has it.
  const userId = principal.secret.token?.userId ?? ownerId;
  return {
    type: 'key',
    id: keyId,
    credentialId: principal.secret.secretId,
    ...(userId !== null && { onBehalfOf: userId }),
    role,
  };
}
