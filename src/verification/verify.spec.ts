import type { KeyAccessRow } from '../../projections/access/table.js';
import { keyAccessOf } from '../../test/support/key-access.js';
import { instant } from '../../test/support/projection-events.js';
import type { Principal } from '../application/principal.js';
import { formatSecret } from '../domain/access/secret.js';
import type { Role } from '../domain/team/events.js';
import { sha256 } from '../platform/random.js';
import { createAccessIndex } from './access-index.js';
import type { Use } from './uses.js';
import { type VerifyRequest, verify } from './verify.js';

const secret = formatSecret('cks', new Uint8Array(32).fill(1));
const at = instant(0);

function keyOf(keyId: string, changes: Partial<KeyAccessRow> = {}): KeyAccessRow {
  return keyAccessOf({ keyId, userIds: ['assigned'], ...changes });
}

const target = keyOf('target', {
  secrets: [{ secretId: 's1', digest: sha256(secret), validUntil: null }],
});
const byKey = (changes: Partial<KeyAccessRow>): Principal => {
  const access = keyOf('caller', { scopes: ['verify'], ...changes });
  return { type: 'key', teamId: access.teamId, access, secret: { secretId: 's2', validUntil: null } };
};
const byUser = (role: Role, userId = 'somebody', teamId = 't1'): Principal => ({
  type: 'user',
  userId,
  sessionId: 'session-1',
  teamId,
  role,
});

function ask(caller: Principal, request: Partial<VerifyRequest> = {}, access = target) {
  const index = createAccessIndex();
  index.putKey(access);
  const offer = { serviceId: 'chat', isFree: false, models: ['noor'] };
  index.putService({ ...offer, isRetired: false, revision: 1 });
  const uses: Use[] = [];
  const recorder = { record: (use: Use) => void uses.push(use) };
  const answer = verify({ index, uses: recorder as never }, caller, { key: secret, ...request }, at);
  return { answer, code: answer === 'forbidden' ? answer : answer.code, uses };
}

describe('who may ask about a key', () => {
  it.each<[string, Principal, string]>([
    [
      'the key itself',
      { type: 'key', teamId: 't1', access: target, secret: { secretId: 's1', validUntil: null } },
      'VALID',
    ],
    ['a gateway of its project', byKey({}), 'VALID'],
    ['a gateway of another project', byKey({ projectId: 'p2' }), 'NOT_FOUND'],
    ['an admin gateway of another project', byKey({ projectId: 'p2', role: 'admin' }), 'VALID'],
    ['an admin gateway of another team', byKey({ teamId: 't2', role: 'admin' }), 'NOT_FOUND'],
    ['another key without the scope', byKey({ scopes: ['project', 'keys'] }), 'forbidden'],
    ['an owner', byUser('OWNER'), 'VALID'],
    ['an admin', byUser('ADMIN'), 'VALID'],
    ['an auditor', byUser('AUDITOR'), 'VALID'],
    ['a user who is assigned', byUser('USER', 'assigned'), 'VALID'],
    ['a user who is not', byUser('USER'), 'NOT_FOUND'],
    ['an owner of another team', byUser('OWNER', 'assigned', 't2'), 'NOT_FOUND'],
  ])('%s', (_, caller, code) => {
    expect(ask(caller).code).toBe(code);
  });

  it('learns the same of what is not theirs as of what is not there', () => {
    const foreign = ask(byKey({ teamId: 't2' }));
    const missing = ask(byKey({}), { key: 'nonsense' });
    expect(foreign.answer).toEqual(missing.answer);
    expect(foreign.answer).toMatchObject({ checked: ['NOT_FOUND'], key: undefined });
    expect([...foreign.uses, ...missing.uses]).toEqual([]);
  });

  it('may not even ask about what is not there', () => {
    expect(ask(byKey({ scopes: [] }), { key: 'nonsense' }).code).toBe('forbidden');
  });
});

describe('the answer', () => {
  it.each<[Partial<VerifyRequest>, Partial<KeyAccessRow>, string]>([
    [{}, { revokedAt: at }, 'REVOKED'],
    [{}, { expiresAt: at }, 'EXPIRED'],
    [{ project: 'p2' }, {}, 'WRONG_PROJECT'],
    [{ permission: 'inferences:create' }, {}, 'INSUFFICIENT_SCOPE'],
    [{ permission: 'models:train', permissions: ['connections:write'] }, {}, 'INSUFFICIENT_ROLE'],
    [{ permission: 'connections:write', permissions: ['models:train'] }, {}, 'INSUFFICIENT_ROLE'],
    [{ permission: 'models:train', scope: 'project', project: 'p1' }, {}, 'VALID'],
  ])('to %j about %j is %s', (request, changes, code) => {
    expect(ask(byKey({}), request, { ...target, ...changes }).code).toBe(code);
  });

  it('is a bare NOT_FOUND for a retired secret, and no use', () => {
    const retired = { ...target, secrets: [{ ...target.secrets[0]!, validUntil: at }] };
    const { answer, uses } = ask(byKey({}), {}, retired);
    expect(answer).toMatchObject({ code: 'NOT_FOUND', key: undefined });
    expect(uses).toEqual([]);
  });

  it('is a use of the secret, by the first permission that there is', () => {
    const permissions = ['no:such', 'models:train'];
    const { uses } = ask(byKey({}), { permissions });
    const { secrets: _, tokens: __, ...access } = target;
    const used = { secretId: 's1', validUntil: null };
    expect(uses).toEqual([
      { access, secret: used, code: 'INSUFFICIENT_SCOPE', permission: 'models:train', at },
    ]);
  });

  it.each<[Partial<VerifyRequest>, string | undefined]>([
    [{ model: 'falcon' }, 'falcon'],
    [{ resource: 'r2' }, 'jais'],
    [{ model: 'jais', resource: 'r2' }, 'jais'],
    [{ model: 'falcon', project: 'p2' }, 'falcon'],
    [{ model: 'of-the-caller' }, undefined],
    [{ model: 'falcon', resource: 'r2' }, undefined],
    [{}, undefined],
  ])('to %j is a use of the model %s, as it is assigned', (request, model) => {
    const resources = [
      { resourceId: 'r1', model: 'falcon' },
      { resourceId: 'r2', model: 'jais' },
    ];
    const { uses } = ask(byKey({}), request, { ...target, resources });
    expect(uses.map((one) => one.model)).toEqual([model]);
  });

  it.each<[Partial<VerifyRequest>, string | undefined, string | undefined]>([
    [{ model: 'noor' }, 'chat', 'noor'],
    [{ service: 'chat', model: 'noor' }, 'chat', 'noor'],
    [{ service: 'chat' }, 'chat', undefined],
    [{ service: 'chat', model: 'of-the-caller' }, 'chat', undefined],
    [{ service: 'of-the-caller', model: 'noor' }, undefined, undefined],
    [{}, undefined, undefined],
  ])(
    'to %j is a use of the service %s and the model %s, as the catalogue has them',
    (request, service, model) => {
      const chat = {
        serviceId: 'chat',
        billingPolicy: 'invoiced',
        models: ['noor'],
        walletId: null,
      } as const;
      const { uses } = ask(byKey({}), request, { ...target, services: [chat] });
      expect(uses.map((one) => [one.service, one.model])).toEqual([[service, model]]);
    },
  );
});
