import type { IncomingMessage } from 'node:http';
import { containsSecret } from '../../domain/access/secret.js';
import { newId } from '../../platform/ids.js';

export const requestIdHeader = 'x-request-id';

const form = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The caller's own `X-Request-Id`, of 1 to 64 letters, digits, `.`, `_` and `-`; otherwise a UUIDv7. It goes
 * into logs and events, so one that holds a secret of ours is not taken.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && form.test(given) && !containsSecret(given) ? given : newId();
}
