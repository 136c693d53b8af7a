import { keyAccessOf } from '../../../test/support/key-access.js';
import { decideAccess, type SecretAccess } from './verdict.js';

const secret: SecretAccess = { secretId: 's1', digest: 'd', validUntil: null };
const key = keyAccessOf({ expiresAt: '2026-06-01T00:00:00.000Z', secrets: [secret] });
const at = '2026-01-01T00:00:00.000Z';

describe('the verdict', () => {
  it('is valid when nothing is asked beyond the key itself', () => {
    expect(decideAccess(key, secret, {}, at)).toEqual({
      allowed: true,
      code: 'VALID',
      checked: ['NOT_FOUND', 'REVOKED', 'EXPIRED'],
    });
  });

  it.each([
    ['NOT_FOUND', undefined, undefined, {}],
    ['NOT_FOUND', key, { ...secret, validUntil: at }, {}],
    ['REVOKED', { ...key, revokedAt: at }, secret, {}],
    ['EXPIRED', { ...key, expiresAt: at }, secret, {}],
    ['WRONG_PROJECT', key, secret, { project: 'p2' }],
    ['INSUFFICIENT_SCOPE', key, secret, { scope: 'inference' }],
    ['INSUFFICIENT_SCOPE', key, secret, { permissions: ['inferences:create'] }],
    ['INSUFFICIENT_SCOPE', key, secret, { permissions: ['runs:read', 'no:such'] }],
    ['INSUFFICIENT_ROLE', key, secret, { permissions: ['connections:write'] }],
    ['VALID', { ...key, role: 'admin' }, secret, { permissions: ['connections:write'] }],
    ['VALID', { ...key, scopes: [] }, secret, { permissions: ['runs:create', 'runs:read'] }],
    ['VALID', key, secret, { project: 'p1', scope: 'project', permissions: ['models:train'] }],
    ['VALID', key, secret, { permissions: [] }],
  ] as const)('%s', (code, access, presented, request) => {
    const verdict = decideAccess(access, presented, request, at);
    expect(verdict.code).toBe(code);
    expect(verdict.allowed).toBe(code === 'VALID');
    if (code !== 'VALID') expect(verdict.checked.at(-1)).toBe(code);
  });

  it('answers the first failing check, in the order of the list', () => {
    const dead = { ...key, revokedAt: at, expiresAt: at };
    expect(decideAccess(dead, secret, { project: 'p2' }, at).code).toBe('REVOKED');
    expect(decideAccess({ ...dead, revokedAt: null }, secret, { project: 'p2' }, at).code).toBe('EXPIRED');
  });

  it('lets a key live until its instant and not at it', () => {
    expect(decideAccess(key, secret, {}, '2026-05-31T23:59:59.999Z').code).toBe('VALID');
    expect(decideAccess(key, secret, {}, '2026-06-01T00:00:00.000Z').code).toBe('EXPIRED');
  });

  it('lets a replaced secret live until its instant and not at it', () => {
    const old = { ...secret, validUntil: '2026-02-01T00:00:00.000Z' };
    expect(decideAccess(key, old, {}, '2026-01-31T23:59:59.999Z').code).toBe('VALID');
    expect(decideAccess(key, old, {}, '2026-02-01T00:00:00.000Z').code).toBe('NOT_FOUND');
  });
});
