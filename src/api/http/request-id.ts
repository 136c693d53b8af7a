import type { IncomingMessage } from 'node:http';
import { containsSecret } from '../../domain/access/secret.js';
import { newIdAt } from '../../platform/ids.js';

export const requestIdHeader = 'x-request-id';

const form = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * The caller's own `X-Request-Id`, of 1 to 64 letters, digits, `.`, `_` and `-`; otherwise a UUIDv7. It goes
 * into logs and events, so one that holds a secret of ours is not taken.
 * @param now milliseconds since 1970; unless given, the clock is looked at
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>, now = Date.now()): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && form.test(given) && !containsSecret(given) ? given : newIdAt(now);
}
