import fc from 'fast-check';
import { keyAccessOf } from '../../../test/support/key-access.js';
import type { Role } from '../team/events.js';
import {
  type AccessRequest,
  decideAccess,
  type KeyAccess,
  type SecretAccess,
  type Surroundings,
  type VerdictCode,
  verdictCodes,
} from './verdict.js';

const secret: SecretAccess = { secretId: 's1', validUntil: null };
const key = keyAccessOf({ expiresAt: '2026-06-01T00:00:00.000Z' });
const at = '2026-01-01T00:00:00.000Z';

/**
 * Nobody is anywhere, every resource but `off` is active, every project but `old`, an address is in a list that names
 * it, the catalogue has `chat`, `images` and the free `search`, and there is money in every wallet but `empty`.
 */
const catalogue = [
  { serviceId: 'chat', isFree: false, models: ['m1', 'm3'] },
  { serviceId: 'images', isFree: false, models: ['m3', 'm4'] },
  { serviceId: 'search', isFree: true, models: ['m5'] },
];
const world: Surroundings = {
  service: (serviceId) => catalogue.find((one) => one.serviceId === serviceId),
  freeServices: () => catalogue.filter(({ isFree }) => isFree),
  hasFunds: (walletId) => walletId !== 'empty',
  policyOf: (teamId) => ({ resourceRequired: teamId === 'strict', enforceAppId: teamId === 'strict' }),
  membershipsOf: () => [],
  isActive: (resourceId) => resourceId !== 'off',
  isArchived: (projectId) => projectId === 'old',
  isAddressIn: (address, list) => list.includes(address),
};
const withMember = (role: Role, until: string | null = null): Surroundings => ({
  ...world,
  membershipsOf: (userId) =>
    userId === 'u1'
      ? [
          { membershipId: 'm0', teamId: 't0', role: 'OWNER', until: null },
          { membershipId: 'm1', teamId: 't1', role, until },
        ]
      : [],
});

const decide = (
  access: KeyAccess | undefined,
  request: AccessRequest = {},
  surroundings = world,
  presented: SecretAccess | undefined = secret,
) => decideAccess(access, presented, request, at, surroundings);

const limited = { ...key, allowedIps: ['192.0.2.1'] };
const onPages = {
  ...key,
  public: true,
  scopes: ['inference'] as const,
  allowedOrigins: ['https://a.example'],
};
const ofApp = { ...key, appId: 'app-7' };
const equipped = {
  ...key,
  resources: [
    { resourceId: 'off', model: 'm1' },
    { resourceId: 'on', model: 'm1' },
    { resourceId: 'other', model: 'm2' },
    { resourceId: 'off', model: 'm3' },
  ],
};
const token: KeyAccess = {
  ...key,
  type: 'personal_token',
  ownerId: 'u1',
  role: 'admin',
  scopes: ['project', 'inference', 'keys'],
};

describe('the verdict', () => {
  it('is valid when nothing is asked beyond the key itself', () => {
    expect(decide(key)).toEqual({
      allowed: true,
      code: 'VALID',
      checked: ['NOT_FOUND', 'REVOKED', 'EXPIRED', 'INACTIVE', 'PROJECT_ARCHIVED'],
      grantedBy: null,
    });
  });

  it('is NOT_FOUND without a key, and for a retired secret', () => {
    const refused = { allowed: false, code: 'NOT_FOUND', checked: ['NOT_FOUND'], grantedBy: null };
    expect(decideAccess(undefined, undefined, {}, at, world)).toEqual(refused);
    expect(decide(key, {}, world, { ...secret, validUntil: at })).toEqual(refused);
  });

  it.each<[VerdictCode, KeyAccess, AccessRequest]>([
    ['REVOKED', { ...key, revokedAt: at }, {}],
    ['EXPIRED', { ...key, expiresAt: at }, {}],
    ['INACTIVE', { ...key, isDisabled: true }, {}],
    ['PROJECT_ARCHIVED', { ...key, projectId: 'old' }, {}],
    ['PROJECT_ARCHIVED', { ...limited, projectId: 'old' }, { project: 'p2' }],
    ['INACTIVE', { ...key, projectId: 'old', isDisabled: true }, {}],
    ['IP_NOT_ALLOWED', limited, {}],
    ['IP_NOT_ALLOWED', limited, { clientIp: '192.0.2.2' }],
    ['VALID', limited, { clientIp: '192.0.2.1' }],
    ['VALID', key, { clientIp: '192.0.2.2', origin: 'https://b.example', appId: 'app-8' }],
    ['ORIGIN_NOT_ALLOWED', onPages, {}],
    ['ORIGIN_NOT_ALLOWED', onPages, { origin: 'https://b.example' }],
    ['VALID', onPages, { origin: 'https://a.example', permissions: ['inferences:create'] }],
    ['APP_MISMATCH', ofApp, { appId: 'app-8' }],
    ['VALID', ofApp, { appId: 'app-7' }],
    ['VALID', ofApp, {}],
    ['WRONG_PROJECT', key, { project: 'p2' }],
    ['INSUFFICIENT_SCOPE', key, { scope: 'inference' }],
    ['INSUFFICIENT_SCOPE', key, { permissions: ['inferences:create'] }],
    ['INSUFFICIENT_SCOPE', key, { permissions: ['runs:read', 'no:such'] }],
    ['INSUFFICIENT_SCOPE', { ...key, public: true }, { permissions: ['runs:read'] }],
    ['INSUFFICIENT_ROLE', key, { permissions: ['connections:write'] }],
    ['VALID', { ...key, role: 'admin' }, { permissions: ['connections:write'] }],
    ['VALID', { ...key, scopes: [] }, { permissions: ['runs:create', 'runs:read'] }],
    ['VALID', key, { project: 'p1', scope: 'project', permissions: ['models:train'] }],
    ['VALID', key, { permissions: [] }],
    ['RESOURCE_NOT_ASSIGNED', key, { model: 'm1' }],
    ['RESOURCE_NOT_ASSIGNED', equipped, { model: 'm9' }],
    ['RESOURCE_NOT_ASSIGNED', equipped, { resource: 'unknown' }],
    ['RESOURCE_NOT_ASSIGNED', equipped, { resource: 'on', model: 'm2' }],
    ['RESOURCE_INACTIVE', equipped, { model: 'm3' }],
    ['RESOURCE_INACTIVE', equipped, { resource: 'off' }],
    ['RESOURCE_INACTIVE', equipped, { resource: 'off', model: 'm1' }],
  ])('%s', (code, access, request) => {
    const verdict = decide(access, request);
    expect(verdict.code).toBe(code);
    expect(verdict.allowed).toBe(code === 'VALID');
    expect(verdict.grantedBy).toBeNull();
    if (code !== 'VALID') expect(verdict.checked.at(-1)).toBe(code);
  });

  it.each<[AccessRequest, string]>([
    [{ model: 'm1' }, 'on'],
    [{ model: 'm2' }, 'other'],
    [{ resource: 'on' }, 'on'],
    [{ resource: 'on', model: 'm1' }, 'on'],
  ])('to %j says what grants it', (request, id) => {
    expect(decide(equipped, request)).toMatchObject({ code: 'VALID', grantedBy: { type: 'resource', id } });
  });

  it('obeys the policy of the team of the key', () => {
    const strict = { ...key, teamId: 'strict', scopes: ['project', 'inference'] as const };
    const [inference, training] = [{ permission: 'inferences:create' }, { permission: 'models:train' }];
    expect(decide({ ...strict, appId: 'app-7' }).code).toBe('APP_MISMATCH');
    expect(decide({ ...strict, appId: 'app-7' }, { appId: 'app-7' }).code).toBe('VALID');
    expect(decide(strict, { appId: 'app-7' }).code).toBe('VALID');
    for (const request of [
      inference,
      { permissions: ['inferences:create'] },
      { scope: 'inference' } as const,
    ]) {
      expect(decide(strict, request).code).toBe('RESOURCE_NOT_ASSIGNED');
      const off = { ...strict, resources: [{ resourceId: 'off', model: 'm1' }] };
      expect(decide(off, request).code).toBe('RESOURCE_INACTIVE');
      const on = { ...strict, resources: [...off.resources, { resourceId: 'on', model: 'm2' }] };
      expect(decide(on, request)).toMatchObject({ code: 'VALID', grantedBy: null });
      expect(decide({ ...strict, tier: 'free' }, request).code).toBe('VALID');
    }
    expect(decide(strict, training).code).toBe('VALID');
    expect(decide({ ...strict, teamId: 't1' }, inference).code).toBe('VALID');
  });

  it('lets a key live until its instant and not at it', () => {
    expect(decideAccess(key, secret, {}, '2026-05-31T23:59:59.999Z', world).code).toBe('VALID');
    expect(decideAccess(key, secret, {}, '2026-06-01T00:00:00.000Z', world).code).toBe('EXPIRED');
  });

  it('lets a replaced secret live until its instant and not at it', () => {
    const old = { ...secret, validUntil: '2026-02-01T00:00:00.000Z' };
    expect(decideAccess(key, old, {}, '2026-01-31T23:59:59.999Z', world).code).toBe('VALID');
    expect(decideAccess(key, old, {}, '2026-02-01T00:00:00.000Z', world).code).toBe('NOT_FOUND');
  });
});

describe('a service', () => {
  const chat = {
    serviceId: 'chat',
    billingPolicy: 'invoiced',
    models: ['m1', 'm3'],
    walletId: null,
  } as const;
  const paidBy = (walletId: string) => ({ ...chat, billingPolicy: 'pay_as_you_go', walletId }) as const;
  const images = { serviceId: 'images', billingPolicy: 'invoiced', models: ['m4'], walletId: null } as const;
  const search = { serviceId: 'search', billingPolicy: 'free', models: null, walletId: null } as const;
  const gone = { ...chat, serviceId: 'gone', models: ['m1'] };
  const withServices = (...services: KeyAccess['services']): KeyAccess => ({ ...key, services });
  const poor = withServices(paidBy('empty'));
  const free: KeyAccess = { ...key, tier: 'free' };
  const off = [{ resourceId: 'off', model: 'm1' }];
  const on = [{ resourceId: 'on', model: 'm1' }];

  it.each<[VerdictCode, KeyAccess, AccessRequest, string | null]>([
    ['SERVICE_NOT_ENABLED', key, { service: 'chat' }, null],
    ['SERVICE_NOT_ENABLED', withServices(chat), { service: 'images' }, null],
    ['SERVICE_NOT_ENABLED', withServices(chat), { service: 'nonsense' }, null],
    ['SERVICE_NOT_ENABLED', withServices(gone), { service: 'gone' }, null],
    // What is named must be there, even where a resource grants the model.
    ['SERVICE_NOT_ENABLED', { ...key, resources: on }, { service: 'chat', model: 'm1' }, null],
    ['VALID', withServices(chat), { service: 'chat' }, 'chat'],
    ['VALID', withServices(chat), { service: 'chat', model: 'm1' }, 'chat'],
    ['VALID', withServices(images, chat), { model: 'm1' }, 'chat'],
    ['MODEL_NOT_ALLOWED', withServices(chat), { service: 'chat', model: 'm4' }, null],
    // It is allowed on the key, and the service has it no more.
    ['MODEL_NOT_ALLOWED', withServices({ ...chat, models: ['m9'] }), { service: 'chat', model: 'm9' }, null],
    // The service has it, and the key is not given it.
    ['MODEL_NOT_ALLOWED', withServices(images), { service: 'images', model: 'm3' }, null],
    ['RESOURCE_NOT_ASSIGNED', withServices(images), { model: 'm3' }, null],
    ['RESOURCE_NOT_ASSIGNED', withServices(gone), { model: 'm1' }, null],
    ['RESOURCE_NOT_ASSIGNED', withServices(chat), { model: 'm1', resource: 'on' }, null],
    ['VALID', withServices(search), { model: 'm5' }, 'search'],
    ['VALID', { ...withServices(chat), resources: on }, { service: 'chat', model: 'm1' }, 'on'],
    ['VALID', { ...poor, resources: on }, { model: 'm1' }, 'on'],
    ['VALID', { ...withServices(chat), resources: off }, { model: 'm1' }, 'chat'],
    [
      'RESOURCE_INACTIVE',
      { ...withServices(images), resources: off },
      { service: 'images', model: 'm1' },
      null,
    ],
    ['RESOURCE_INACTIVE', { ...poor, resources: off }, { model: 'm1' }, null],
    ['INSUFFICIENT_FUNDS', poor, { service: 'chat' }, null],
    ['INSUFFICIENT_FUNDS', poor, { model: 'm1' }, null],
    ['INSUFFICIENT_FUNDS', poor, { service: 'chat', model: 'm3' }, null],
    ['VALID', withServices(paidBy('full')), { model: 'm1' }, 'chat'],
    ['VALID', withServices(paidBy('empty'), { ...images, models: ['m3'] }), { model: 'm3' }, 'images'],
    ['VALID', poor, {}, null],
    ['VALID', free, { service: 'search' }, 'search'],
    ['VALID', free, { model: 'm5' }, 'search'],
    ['MODEL_NOT_ALLOWED', free, { service: 'search', model: 'm1' }, null],
    ['SERVICE_NOT_ENABLED', free, { service: 'chat' }, null],
    ['RESOURCE_NOT_ASSIGNED', free, { model: 'm1' }, null],
    ['RESOURCE_NOT_ASSIGNED', key, { model: 'm5' }, null],
  ])('%s %#', (code, access, request, grantedBy) => {
    const verdict = decide(access, request);
    expect(verdict.code).toBe(code);
    expect(verdict.grantedBy?.id ?? null).toBe(grantedBy);
    const type = grantedBy === 'on' ? 'resource' : 'service';
    if (grantedBy !== null) expect(verdict.grantedBy?.type).toBe(type);
    expect(verdict.checked.at(-1) === code).toBe(code !== 'VALID');
    expect(verdict.checked).toEqual(verdictCodes.filter((one) => verdict.checked.includes(one)));
  });
});

describe('a personal token', () => {
  it.each<[VerdictCode, Surroundings, AccessRequest]>([
    ['USER_NOT_ENTITLED', world, {}],
    ['USER_NOT_ENTITLED', withMember('OWNER', at), {}],
    ['VALID', withMember('OWNER', '2026-01-01T00:00:00.001Z'), { scope: 'keys' }],
    ['VALID', withMember('ADMIN'), { permissions: ['keys:manage', 'connections:write'] }],
    ['VALID', withMember('USER'), { scope: 'inference', permissions: ['models:train', 'runs:create'] }],
    ['INSUFFICIENT_SCOPE', withMember('USER'), { scope: 'keys' }],
    ['INSUFFICIENT_ROLE', withMember('USER'), { permissions: ['connections:write'] }],
    ['VALID', withMember('AUDITOR'), { permissions: ['runs:read'] }],
    ['INSUFFICIENT_SCOPE', withMember('AUDITOR'), { scope: 'project' }],
    ['INSUFFICIENT_ROLE', withMember('AUDITOR'), { permissions: ['runs:create'] }],
  ])('is %s', (code, surroundings, request) => {
    const verdict = decide(token, request, surroundings);
    expect(verdict.code).toBe(code);
    expect(verdict.checked).toContain('USER_NOT_ENTITLED');
  });

  it('never has more than it was given, whoever its user is', () => {
    const narrow: KeyAccess = { ...token, role: 'member', scopes: ['project'] };
    expect(decide(narrow, { scope: 'inference' }, withMember('OWNER')).code).toBe('INSUFFICIENT_SCOPE');
    expect(decide(narrow, { permissions: ['connections:write'] }, withMember('OWNER')).code).toBe(
      'INSUFFICIENT_ROLE',
    );
  });
});

describe('a token of a key', () => {
  const presented: SecretAccess = {
    ...secret,
    token: { tokenId: 'token-1', userId: 'u1', membershipId: 'm1' },
  };
  const ofBefore = { ...presented, token: { tokenId: 'token-0', userId: 'u1', membershipId: 'm-before' } };

  it.each<[VerdictCode, Surroundings, SecretAccess]>([
    ['VALID', withMember('USER'), presented],
    ['VALID', withMember('OWNER', '2026-01-01T00:00:00.001Z'), presented],
    ['USER_NOT_ENTITLED', world, presented],
    ['USER_NOT_ENTITLED', withMember('ADMIN', at), presented],
    ['USER_NOT_ENTITLED', withMember('USER'), ofBefore],
    ['USER_NOT_ENTITLED', withMember('AUDITOR'), presented],
  ])('is %s', (code, surroundings, one) => {
    const verdict = decide(key, {}, surroundings, one);
    expect(verdict.code).toBe(code);
    expect(verdict.checked).toContain('USER_NOT_ENTITLED');
  });

  it('answers for its key, whatever the role of its user', () => {
    const admin: KeyAccess = { ...key, role: 'admin', scopes: ['project', 'keys'] };
    const request = { permissions: ['connections:write', 'keys:manage'] };
    expect(decide(admin, request, withMember('USER'), presented).code).toBe('VALID');
    expect(decide({ ...key, revokedAt: at }, {}, withMember('USER'), presented).code).toBe('REVOKED');
  });
});

describe('the order of the checks', () => {
  /** How to make each check fail; all can fail together. */
  const faults: Partial<
    Record<VerdictCode, { readonly access?: Partial<KeyAccess>; readonly request?: AccessRequest }>
  > = {
    REVOKED: { access: { revokedAt: at } },
    EXPIRED: { access: { expiresAt: at } },
    INACTIVE: { access: { isDisabled: true } },
    USER_NOT_ENTITLED: { access: { type: 'personal_token', ownerId: 'nobody' } },
    IP_NOT_ALLOWED: { access: { allowedIps: ['192.0.2.1'] } },
    ORIGIN_NOT_ALLOWED: { access: { allowedOrigins: ['https://a.example'] } },
    APP_MISMATCH: { access: { appId: 'app-7' }, request: { appId: 'app-8' } },
    WRONG_PROJECT: { request: { project: 'p2' } },
    INSUFFICIENT_SCOPE: { request: { scope: 'meter' } },
    INSUFFICIENT_ROLE: { request: { permissions: ['connections:write'] } },
    SERVICE_NOT_ENABLED: { request: { service: 'search' } },
    RESOURCE_NOT_ASSIGNED: { request: { model: 'm1' } },
  };
  const codes = verdictCodes.filter((code) => code in faults);

  it('decides: the first that fails is the code, and the last that was made', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(codes), (failing) => {
        const access = Object.assign({}, key, ...failing.map((code) => faults[code]?.access));
        const request = Object.assign({}, ...failing.map((code) => faults[code]?.request));
        const first = codes.find((code) => failing.includes(code)) ?? 'VALID';
        const { code, checked, allowed } = decide(access, request);
        expect(code).toBe(first);
        expect(allowed).toBe(failing.length === 0);
        expect(checked).toEqual(verdictCodes.filter((one) => checked.includes(one)));
        if (failing.length > 0) expect(checked.at(-1)).toBe(first);
      }),
    );
  });

  it('is that of the list, to the end', () => {
    const inactive = { ...key, resources: [{ resourceId: 'off', model: 'm1' }] };
    const request = { model: 'm1', permissions: ['connections:write'] };
    expect(decide(inactive, request).code).toBe('INSUFFICIENT_ROLE');
    expect(decide({ ...inactive, role: 'admin' }, request)).toMatchObject({
      code: 'RESOURCE_INACTIVE',
      checked: [
        'NOT_FOUND',
        'REVOKED',
        'EXPIRED',
        'INACTIVE',
        'PROJECT_ARCHIVED',
        'INSUFFICIENT_SCOPE',
        'INSUFFICIENT_ROLE',
        'RESOURCE_NOT_ASSIGNED',
        'RESOURCE_INACTIVE',
      ],
    });
  });
});
