import { randomBytes } from 'node:crypto';
import { formatSecret } from '../../src/domain/access/secret.js';
import type { Answer } from '../support/http-client.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectDocument, expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What each field of a request takes, at its edges. */

let service: TestService;
let owner: Owner;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
});

afterAll(() => service.stop());

const create = (body: object) => service.send<NewKey>('POST', '/v1/keys', { as: owner, body });

/** The answer is a refusal of the request for this one field. */
function expectFault(answer: Answer<unknown>, field: string): void {
  const problem = expectDocument(answer);
  expect([problem.status, ...new Set(pointersOf(problem))]).toEqual([400, `/${field}`]);
}

interface Text {
  readonly field: string;
  readonly maxLength: number;
  /** Sends the text in its field. */
  readonly send: (text: unknown) => Promise<Answer<unknown>>;
}

const ofKeys = {
  name: 100,
  description: 1_000,
  department: 100,
  environment: 100,
  requestor: 254,
  appId: 100,
  businessJustification: 2_000,
  notes: 4_000,
  externalId: 200,
};

async function revokeOne(comment: unknown): Promise<Answer<unknown>> {
  const { key } = await service.createKey(owner);
  return service.revoke(owner, key.id, { body: { comment } });
}

function signUp(fields: object): Promise<Answer<unknown>> {
  const mark = randomBytes(6).toString('hex');
  const body = { email: `${mark}@example.com`, password: `password-${mark}`, name: 'Ada', ...fields };
  return service.send('POST', '/v1/sign-up', { body });
}

const texts: Text[] = [
  ...Object.entries(ofKeys).map(([field, maxLength]) => ({
    field,
    maxLength,
    send: (text: unknown) => create({ [field]: text }),
  })),
  { field: 'comment', maxLength: 1_000, send: revokeOne },
  { field: 'name', maxLength: 100, send: (name) => signUp({ name }) },
  { field: 'teamName', maxLength: 100, send: (teamName) => signUp({ teamName }) },
];

describe.each(texts.map((text) => [text.field, text] as const))(
  'the text %s',
  (_, { field, maxLength, send }) => {
    it(`has at most ${maxLength} characters`, async () => {
      expect((await send('x'.repeat(maxLength))).status).toBeLessThan(300);
      expectFault(await send('x'.repeat(maxLength + 1)), field);
    });

    it('is text in any language', async () => {
      expect((await send('Ключ 鍵 🔑')).status).toBeLessThan(300);
    });

    it.each([null, 1, true, [], {}, ['text']])('is not %j', async (value) =>
      expectFault(await send(value), field),
    );

    it.each(['a\u0000b', 'a\u001bb', 'a\ud800b', '\udfff', 'a\u009fb'])('has none of %j', async (text) =>
      expectFault(await send(text), field),
    );

    it('does not contain a secret of ours, also of a key that is not here', async () => {
      const { secret } = await service.createKey(owner);
      const other = formatSecret('cka', randomBytes(32));
      for (const text of [secret, `see ${other}.`, `x${secret}y`]) {
        const answer = await send(text);
        expectFault(answer, field);
        expectProblem(answer, 400, 'field.contains_secret');
      }
    });
  },
);

describe('the name of a key', () => {
  it.each(['', ' ', ' a', 'a ', 'a\nb', 'a\tb', '\u200b', '\u00ad'])('is not %j', async (name) =>
    expectFault(await create({ name }), 'name'),
  );

  it.each(['a', 'a b', '!"§$%&/()=?', '🔑'.repeat(50)])('may be %j', async (name) => {
    const { status, body } = await create({ name });
    expect([status, body.key.name]).toEqual([201, name]);
  });
});

describe('what a key may be', () => {
  it.each([
    ['type', ['key_token', '', null, 1]],
    ['public', ['true', 1, null]],
    ['resourceIds', ['', null, {}, ['nonsense'], [null]]],
    ['biasProfileId', ['', 'nonsense', null, 1]],
    ['allowedIps', ['10.0.0.1', null, ['nonsense'], ['10.0.0.1', '10.0.0.1'], [1]]],
    ['allowedOrigins', ['https://a.example', null, ['a.example'], [1]]],
    ['labels', ['one', null, [''], ['x'.repeat(65)], ['a\u0000b'], [1]]],
    ['role', ['owner', 'ADMIN', null, ['admin']]],
    ['projectId', ['', 'nonsense', null, 1, {}]],
    ['scopes', ['project', null, {}, [1], ['nothing'], ['project', 'project'], [null], [['project']]]],
    ['expiresInDays', [0, -1, 36_501, 1.5, '30', null, 1e300]],
    ['expiresAt', ['tomorrow', '', null, 1, '2100-01-01', '2100-02-30T00:00:00Z', '2100-01-01T00:00:00']],
  ] as const)('%s is refused where it is wrong', async (field, values) => {
    for (const value of values) {
      const problem = expectDocument(await create({ [field]: value }));
      expect([value, problem.status]).toEqual([value, 400]);
      expect(pointersOf(problem).every((pointer) => pointer.startsWith(`/${field}`))).toBe(true);
      expect(problem.errors?.length).toBeGreaterThan(0);
    }
  });

  it('points at the very item of a list', async () => {
    const problem = expectProblem(await create({ scopes: ['project', 'nothing'] }), 400, 'request.invalid');
    expect(pointersOf(problem)).toEqual(['/scopes/1']);
  });

  it('names every fault at once', async () => {
    const answer = await create({ name: 1, role: 'owner', colour: 'red', expiresInDays: 0 });
    const pointers = pointersOf(expectProblem(answer, 400, 'request.invalid'));
    expect(new Set(pointers)).toEqual(new Set(['/name', '/role', '/colour', '/expiresInDays']));
  });

  it('has no scopes when the list is empty, and the defaults when there is none', async () => {
    expect((await create({ scopes: [] })).body.key.scopes).toEqual([]);
    expect((await create({})).body.key.scopes).toEqual(['project', 'inference']);
    const { secret } = (await create({ scopes: [] })).body;
    expect((await service.verify(owner, { key: secret, scope: 'inference' })).body.allowed).toBe(false);
    expect((await service.verify(owner, { key: secret })).body.allowed).toBe(true);
  });
});

describe('an id', () => {
  const post = async <Body>(path: string, body: object) =>
    (await service.send<Body>('POST', path, { as: owner, body })).body;

  it('means the same in any case, in bodies, filters and headers', async () => {
    const model = { name: 'Falcon', model: 'falcon', resourceType: 'TPM' };
    const { resource } = await post<{ resource: { id: string } }>('/v1/resources', model);
    const profile = { name: 'Cautious', settings: {} };
    const { biasProfile } = await post<{ biasProfile: { id: string } }>('/v1/bias-profiles', profile);
    const ids = { projectId: owner.project.id, biasProfileId: biasProfile.id };
    const upper = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, id.toUpperCase()]));
    const made = await create({ ...upper, resourceIds: [resource.id.toUpperCase()] });
    expect(made.status).toBe(201);
    const { key } = made.body;
    expect(key).toMatchObject({ projectId: ids.projectId, resources: [{ id: resource.id }] });
    expect(key.biasProfile?.id).toBe(biasProfile.id);

    const headers = { 'compass-team': owner.team.id.toUpperCase() };
    const found = (query: object) =>
      service.send<{ items: { id: string }[] }>('GET', `/v1/keys?${new URLSearchParams({ ...query })}`, {
        as: owner,
        headers,
      });
    for (const [filter, id] of Object.entries({ ...ids, userId: owner.user.id, resourceId: resource.id })) {
      const { body } = await found({ [filter]: id.toUpperCase() });
      expect(body.items.map((one) => one.id)).toContain(key.id);
    }
    const query = `keyId=${key.id.toUpperCase()}&actorId=${owner.user.id.toUpperCase()}`;
    const told = await service.send<{ items: object[] }>('GET', `/v1/audit/events?${query}`, { as: owner });
    expect(told.body.items[0]).toMatchObject({ type: 'KeyCreated', keyId: key.id });
  });

  it('stands in a list once, in whatever case', async () => {
    const id = owner.project.id;
    const answer = await create({ resourceIds: [id, id.toUpperCase()] });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toEqual(['/resourceIds']);
  });
});

describe('the end of a key', () => {
  const day = 86_400_000;
  const inDays = (days: number) => new Date(Date.now() + days * day).toISOString();

  it('is a day of the future, at most 36,500 days from now', async () => {
    for (const expiresAt of [inDays(-1), inDays(0), inDays(36_500.01), '9999-12-31T23:59:59Z']) {
      const problem = expectProblem(await create({ expiresAt }), 400, 'key.expiry_invalid');
      expect(pointersOf(problem)).toEqual(['/expiresAt']);
    }
    expect((await create({ expiresAt: inDays(36_499.99) })).status).toBe(201);
    expect((await create({ expiresInDays: 36_500 })).status).toBe(201);
    expect((await create({ expiresInDays: 1 })).status).toBe(201);
  });

  it('is given in one way', async () => {
    const answer = await create({ expiresInDays: 1, expiresAt: inDays(1) });
    expect(pointersOf(expectProblem(answer, 400, 'key.expiry_ambiguous'))).toEqual(['/expiresAt']);
  });

  it('may be told in any zone and is answered in UTC', async () => {
    const { body } = await create({ expiresAt: '2099-12-31T23:30:00.5-02:00' });
    expect(body.key.expiresAt).toBe('2100-01-01T01:30:00.500Z');
  });
});

describe('a revocation', () => {
  it.each(['', 'no reason', null, 1, ['superseded']])('has no reason %j', async (reason) => {
    const { key, secret } = await service.createKey(owner);
    expectFault(await service.revoke(owner, key.id, { body: { reason } }), 'reason');
    expect((await service.verifyItself(secret)).body.allowed).toBe(true);
  });
});

describe('a question', () => {
  it.each([
    [{}, '/key'],
    [{ key: '' }, '/key'],
    [{ key: 1 }, '/key'],
    [{ key: null }, '/key'],
    [{ key: 'x'.repeat(513) }, '/key'],
    [{ key: 'x', project: null }, '/project'],
    [{ key: 'x', scope: 'everything' }, '/scope'],
    [{ key: 'x', permission: 'x'.repeat(101) }, '/permission'],
    [{ key: 'x', permissions: 'runs:read' }, '/permissions'],
    [{ key: 'x', permissions: [1] }, '/permissions/0'],
    [{ key: 'x', permissions: Array<string>(51).fill('runs:read') }, '/permissions'],
  ])('is refused as %j', async (body, pointer) => {
    expect(pointersOf(expectProblem(await service.verify(owner, body), 400, 'request.invalid'))).toEqual([
      pointer,
    ]);
  });

  it.each([
    [{}, '/requests'],
    [{ requests: [] }, '/requests'],
    [{ requests: Array(101).fill({ key: 'x' }) }, '/requests'],
    [{ requests: [{ key: 'x' }, { key: 1 }] }, '/requests/1/key'],
    [{ requests: [null] }, '/requests/0'],
  ])('of many is refused as %j', async (body, pointer) => {
    const answer = await service.send('POST', '/v1/verify/batch', { as: owner, body });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toEqual([pointer]);
  });

  it('may be about a hundred keys and about any text', async () => {
    const requests = Array.from({ length: 100 }, (_, index) => ({ key: `\u0000${index}\ud800` }));
    const answer = await service.send<{ verdicts: { code: string }[] }>('POST', '/v1/verify/batch', {
      as: owner,
      body: { requests },
    });
    expect(answer.body.verdicts.map(({ code }) => code)).toEqual(requests.map(() => 'NOT_FOUND'));
  });
});
