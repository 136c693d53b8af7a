import { issueOperatorKey } from '../../src/admin/operator-keys.js';
import { waitUntilServed } from '../../src/admin/served.js';
import { createLog } from '../../src/platform/log.js';
import { bearer, type Caller } from './http-client.js';
import type { TestService } from './service.js';

/**
 * An operator with a new key, issued on the server beside the service.
 * @param teamId the team that the operator looks into; absent: none
 */
export async function issueOperator(
  service: Pick<TestService, 'config' | 'secrets' | 'url'>,
  teamId?: string,
): Promise<Caller> {
  const { config, secrets, url } = service;
  const log = createLog({ level: 'silent' });
  const issued = await issueOperatorKey(config, log, { reason: 'A test', expiresInDays: 1 });
  secrets.remember('secret', issued.secret);
  await waitUntilServed({ ...config, httpPort: Number(new URL(url).port) }, issued.position);
  const { headers } = bearer(issued.secret);
  return { headers: { ...headers, ...(teamId !== undefined && { 'compass-team': teamId }) } };
}
