import type { Role } from '../../src/domain/team/events.js';
import { newId } from '../../src/platform/ids.js';
import { eventually } from './eventually.js';
import { bearer, type Caller } from './http-client.js';
import { appendToTeam } from './past.js';
import type { Owner } from './people.js';
import type { TestService } from './service.js';

/** Everybody who may ask, by what they are in the team of the owner. */
export const askers = ['owner', 'admin', 'user', 'auditor', 'manager', 'key'] as const;
export type Asker = (typeof askers)[number];

export interface World {
  readonly service: TestService;
  readonly owner: Owner;
  /** Owner of another team. */
  readonly stranger: Owner;
  /** `user` is assigned to nothing; `manager` is a key with the scope `keys` and the role admin, `key` a plain one. */
  readonly as: Readonly<Record<Asker, Caller>>;
}

export interface Request {
  readonly path: string;
  readonly body?: object;
}

/** A request that is refused, and how. */
interface Refused extends Request {
  readonly code: string;
  readonly status: number;
  /** Absent: the owner. */
  readonly as?: Caller;
}

/** What must be known of an operation for the tests that hold for all of them. */
export interface Row {
  /** What each asker is answered, in the order of `askers`; absent: nobody needs a credential. */
  readonly statuses?: readonly [number, number, number, number, number, number];
  /** A request that succeeds for who may, about things made for it. */
  readonly request: (world: World) => Promise<Request>;
  /** The refusals that it has beside those of every operation. */
  readonly refusals?: (world: World) => Promise<readonly Refused[]>;
}

const nothingElse = async () => [];
const plain = (path: string): Row => ({ request: async () => ({ path }) });
const read = (path: string, statuses: NonNullable<Row['statuses']>): Row => ({ ...plain(path), statuses });

async function newKeyId({ service, owner }: World): Promise<string> {
  return (await service.createKey(owner)).key.id;
}

/** A request about a key made for it. */
function aboutKey(rest: string, body?: object): Row['request'] {
  return async (world) => ({ path: `/v1/keys/${await newKeyId(world)}${rest}`, ...(body && { body }) });
}

const noKey = '01990000-0000-7000-8000-000000000000';

/** Every operation of the API; one that is not here fails test/e2e/operations.spec.ts. */
export const operations: Readonly<Record<string, Row>> = {
  'GET /livez': plain('/livez'),
  'GET /readyz': plain('/readyz'),
  'GET /startupz': plain('/startupz'),
  'GET /metrics': plain('/metrics'),

  'POST /v1/sign-up': {
    request: async () => ({
      path: '/v1/sign-up',
      body: { email: `ada-${newId()}@example.com`, password: `password-${newId()}`, name: 'Ada' },
    }),
    refusals: async ({ owner: { email } }) => {
      const good = { email: `bob-${newId()}@example.com`, password: 'long enough it is', name: 'Bob' };
      const refused = (status: number, code: string, body: object): Refused => ({
        path: '/v1/sign-up',
        body: { ...good, ...body },
        status,
        code,
      });
      return [
        refused(409, 'user.email_taken', { email }),
        refused(400, 'user.email_invalid', { email: 'nowhere' }),
        refused(400, 'user.password_too_short', { password: 'short' }),
        refused(400, 'user.password_too_long', { password: 'x'.repeat(129) }),
        refused(400, 'user.name_invalid', { name: 'Bob\nAlice' }),
      ];
    },
  },
  'POST /v1/sign-in': {
    request: async ({ owner: { email, password } }) => ({ path: '/v1/sign-in', body: { email, password } }),
    refusals: async ({ owner: { email } }) => [
      {
        path: '/v1/sign-in',
        body: { email, password: 'not my password' },
        status: 401,
        code: 'user.wrong_credentials',
      },
    ],
  },
  'POST /v1/sign-out': plain('/v1/sign-out'),
  'GET /v1/me': read('/v1/me', [200, 200, 200, 200, 403, 403]),
  'GET /v1/whoami': read('/v1/whoami', [403, 403, 403, 403, 200, 200]),
  'GET /v1/projects': read('/v1/projects', [200, 200, 200, 200, 200, 200]),

  'POST /v1/keys': {
    statuses: [201, 201, 403, 403, 201, 403],
    request: async () => ({ path: '/v1/keys', body: { name: 'ci' } }),
    refusals: async ({ as: { manager } }) => {
      const refused = (status: number, code: string, body: object, as?: Caller): Refused => ({
        path: '/v1/keys',
        body,
        status,
        code,
        ...(as && { as }),
      });
      return [
        refused(400, 'key.name_invalid', { name: '' }),
        refused(400, 'key.expiry_invalid', { expiresAt: '2020-01-01T00:00:00Z' }),
        refused(400, 'key.expiry_ambiguous', { expiresInDays: 1, expiresAt: '2100-01-01T00:00:00Z' }),
        refused(404, 'project.not_found', { projectId: noKey }),
        refused(403, 'key.scopes_exceed_caller', { scopes: ['keys'] }, manager),
      ];
    },
  },
  'GET /v1/keys': read('/v1/keys', [200, 200, 200, 200, 200, 403]),
  'GET /v1/keys/{keyId}': { statuses: [200, 200, 404, 200, 200, 404], request: aboutKey('') },
  'POST /v1/keys/{keyId}/revoke': {
    statuses: [200, 200, 404, 403, 200, 404],
    request: aboutKey('/revoke', {}),
    refusals: async ({ owner }) => [
      {
        path: `/v1/keys/${owner.freeKey.key.id}/revoke`,
        status: 409,
        code: 'key.free_is_permanent',
      },
    ],
  },
  'GET /v1/keys/{keyId}/history': { statuses: [200, 200, 404, 200, 200, 404], request: aboutKey('/history') },
  'GET /v1/audit/events': read('/v1/audit/events', [200, 200, 403, 200, 403, 403]),

  'POST /v1/verify': {
    statuses: [200, 200, 200, 200, 403, 403],
    request: async () => ({ path: '/v1/verify', body: { key: 'x' } }),
  },
  'POST /v1/verify/batch': {
    statuses: [200, 200, 200, 200, 403, 403],
    request: async () => ({ path: '/v1/verify/batch', body: { requests: [{ key: 'x' }] } }),
  },
};

/** A team with somebody of each kind, and a stranger. */
export async function createWorld(service: TestService): Promise<World> {
  const owner = await service.signUp();
  const stranger = await service.signUp();
  // One after the other: they are written into one stream.
  const admin = await join(service, owner, 'ADMIN');
  const user = await join(service, owner, 'USER');
  const auditor = await join(service, owner, 'AUDITOR');
  const manager = await service.createKey(owner, { scopes: ['keys', 'project', 'inference'], role: 'admin' });
  const key = await service.createKey(owner);
  const as = { owner, admin, user, auditor, manager: bearer(manager.secret), key: bearer(key.secret) };
  return { service, owner, stranger, as };
}

/** Somebody of another team, who has joined the owner's. */
async function join(service: TestService, owner: Owner, role: Role): Promise<Caller> {
  const person = await service.signUp();
  await appendToTeam(service.config, owner.team.id, {
    type: 'MemberJoined',
    membershipId: newId(),
    userId: person.user.id,
    role,
    joinedAt: new Date().toISOString(),
  });
  const as = { headers: { ...person.headers, 'compass-team': owner.team.id } };
  await eventually(
    'membership',
    async () => (await service.send('GET', '/v1/me', { as })).status === 200 || undefined,
  );
  return as;
}

/** The refusals that a row declares; none when it has no more than every operation. */
export function refusalsOf(row: Row, world: World): Promise<readonly Refused[]> {
  return (row.refusals ?? nothingElse)(world);
}
