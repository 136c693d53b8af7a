import { newId } from '../../../src/platform/ids.js';
import { plain, type Refused, type Rows } from './row.js';

/** Probes, people, and what a caller may ask about itself. */
export const accountRows: Rows = {
  'GET /livez': plain('/livez'),
  'GET /readyz': plain('/readyz'),
  'GET /startupz': plain('/startupz'),
  'GET /metrics': plain('/metrics'),
  'POST /v1/sign-up': {
    request: async () => ({
      path: '/v1/sign-up',
      body: { email: `ada-${newId()}@example.com`, password: `password-${newId()}`, name: 'Ada' },
    }),
    refusals: async ({ owner: { email } }) => [
      signUpRefused(409, 'user.email_taken', { email }),
      signUpRefused(400, 'user.email_invalid', { email: 'nowhere' }),
      signUpRefused(400, 'user.password_too_short', { password: 'short' }),
      signUpRefused(400, 'user.password_too_long', { password: 'x'.repeat(129) }),
      signUpRefused(400, 'user.name_invalid', { name: 'Bob\nAlice' }),
      signUpRefused(404, 'invitation.not_found', { invitation: 'nonsense' }),
    ],
  },
  'POST /v1/sign-in': {
    request: async ({ owner: { email, password } }) => ({ path: '/v1/sign-in', body: { email, password } }),
    refusals: async ({ owner: { email, password } }) => [
      {
        path: '/v1/sign-in',
        body: { email, password: 'not my password' },
        status: 401,
        code: 'user.wrong_credentials',
      },
      {
        path: '/v1/sign-in',
        body: { email, password, invitation: 'nonsense' },
        status: 404,
        code: 'invitation.not_found',
      },
    ],
  },
  'POST /v1/sign-out': plain('/v1/sign-out'),
  'GET /join': plain('/join'),
  'GET /claim': plain('/claim'),
  'POST /v1/claims': {
    request: async () => ({ path: '/v1/claims', body: { token: 'nonsense' } }),
    refusals: async () => [
      { path: '/v1/claims', body: { token: 'nonsense' }, status: 404, code: 'claim.not_found' },
    ],
  },
  'GET /v1/me': { ...plain('/v1/me', [200, 200, 200, 200, 403, 403]), operator: 403 },
  'GET /v1/whoami': plain('/v1/whoami', [403, 403, 403, 403, 200, 200]),
};

function signUpRefused(status: number, code: string, wrong: object): Refused {
  const good = { email: `bob-${newId()}@example.com`, password: 'long enough it is', name: 'Bob' };
  return { path: '/v1/sign-up', body: { ...good, ...wrong }, status, code };
}
