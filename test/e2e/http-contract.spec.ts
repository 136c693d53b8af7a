import { eventually } from '../support/eventually.js';
import { bearer, type Caller, nobody } from '../support/http-client.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

/** What holds for every operation, those of the verification routes included. */

let service: TestService;
let owner: Owner;
let stranger: Owner;
let keyId: string;
let foreignKeyId: string;
let secret: string;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  stranger = await service.signUp();
  ({
    key: { id: keyId },
    secret,
  } = await service.createKey(owner));
  ({
    key: { id: foreignKeyId },
  } = await service.createKey(stranger));
});

afterAll(() => service.stop());

interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: (id: string) => string;
  readonly body?: object;
}

function operation(method: 'GET' | 'POST', template: string, body?: object): Operation {
  const path = (id: string) => template.replace('{id}', id);
  return { name: `${method} ${template}`, method, path, ...(body && { body }) };
}

const someKey = { key: 'x' };
const guarded = [
  operation('GET', '/v1/me'),
  operation('GET', '/v1/whoami'),
  operation('GET', '/v1/projects'),
  operation('POST', '/v1/keys', {}),
  operation('GET', '/v1/keys'),
  operation('GET', '/v1/keys/{id}'),
  operation('POST', '/v1/keys/{id}/revoke', {}),
  operation('GET', '/v1/keys/{id}/history'),
  operation('GET', '/v1/audit/events'),
  operation('POST', '/v1/verify', someKey),
  operation('POST', '/v1/verify/batch', { requests: [someKey] }),
];
const open = [
  operation('POST', '/v1/sign-up', { email: 'a@example.com', password: 'long enough it is', name: 'A' }),
  operation('POST', '/v1/sign-in', { email: 'nobody@example.com', password: 'long enough it is' }),
];
const everything = [...guarded, ...open];
const withBody = everything.filter(({ body }) => body !== undefined);

const named = (operations: readonly Operation[]) => operations.map((one) => [one.name, one] as const);

function call({ method, path, body }: Operation, as: Caller, id = keyId) {
  return service.send(method, path(id), { as, body });
}

describe('without a right credential', () => {
  it.each(named(guarded))('%s asks for one', async (_, one) => {
    const answer = await call(one, nobody);
    expectProblem(answer, 401, 'credential.missing');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(named(guarded))('%s refuses what is wrong, always in the same words', async (_, one) => {
    const revoked = await service.createKey(owner);
    await service.revoke(owner, revoked.key.id);
    const expiring = await service.createKey(owner, {
      expiresAt: new Date(Date.now() + 200).toISOString(),
    });
    await eventually(
      'the end of a key',
      async () => (await wrong(one, expiring.secret)) === 401 || undefined,
    );
    // Well-formed by its checksum, and unknown.
    const unknown = 'cks_0000000000000000000000000000000000000000000';
    const credentials = [
      'garbage',
      `${unknown}${'0'.repeat(6)}`,
      revoked.secret,
      expiring.secret,
      `${secret}x`,
      secret.toUpperCase(),
    ];
    const answers = await Promise.all(credentials.map((credential) => call(one, bearer(credential))));
    const details = answers.map((answer) => expectProblem(answer, 401, 'credential.wrong').detail);
    expect(new Set(details).size).toBe(1);
  });

  async function wrong(one: Operation, credential: string): Promise<number> {
    return (await call(one, bearer(credential))).status;
  }

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', ''])('a header "%s" is no bearer', async (authorization) => {
    for (const one of guarded) {
      const as = { headers: { authorization } };
      expectProblem(await call(one, as), 401, 'credential.wrong');
    }
  });

  it('a cookie that is nobody’s session is none', async () => {
    for (const cookie of ['compass_session=abc.def', 'a=b', 'compass_session=', '%']) {
      const as = { headers: { cookie, origin: service.url } };
      for (const one of guarded) expectProblem(await call(one, as), 401, 'credential.missing');
    }
  });
});

describe('with a session', () => {
  const writes = guarded.filter(({ method }) => method === 'POST');

  it.each(named(writes))('%s needs the Origin of this service', async (_, one) => {
    for (const origin of [undefined, 'null', 'https://evil.example', `${service.url}.evil.example`]) {
      const { cookie = '' } = owner.headers;
      const as = { headers: { cookie, ...(origin !== undefined && { origin }) } };
      expectProblem(await call(one, as), 403, 'origin.not_allowed');
    }
  });

  it.each(named(open))('%s is not for the pages of others', async (_, one) => {
    const as = { headers: { origin: 'https://evil.example' } };
    expectProblem(await call(one, as), 403, 'origin.not_allowed');
  });

  it('a request that changes nothing needs none', async () => {
    const { cookie = '' } = owner.headers;
    expect((await service.send('GET', '/v1/keys', { as: { headers: { cookie } } })).status).toBe(200);
  });

  it.each(named(guarded))('%s does not know a team that is not one’s own', async (_, one) => {
    for (const team of [stranger.team.id, 'nonsense', '']) {
      const as = { headers: { ...owner.headers, 'compass-team': team } };
      expectProblem(await call(one, as), 404, 'team.not_found');
    }
  });

  it('one’s own team may be named', async () => {
    const headers = { ...owner.headers, 'compass-team': owner.team.id };
    expect((await service.send('GET', '/v1/keys', { as: { headers } })).status).toBe(200);
  });
});

describe('what belongs to another team', () => {
  const about = guarded.filter(({ name }) => name.includes('{id}'));
  const nowhere = '01990000-0000-7000-8000-000000000000';

  it.each(named(about))('%s answers like what does not exist', async (_, one) => {
    const askers = [
      owner,
      bearer((await service.createKey(owner, { scopes: ['keys'], role: 'admin' })).secret),
    ];
    for (const as of askers) {
      const documents: object[] = [];
      for (const id of [nowhere, foreignKeyId, stranger.freeKey.key.id, 'nonsense', stranger.team.id]) {
        const answer = await call(one, as, id);
        const { requestId: _id, ...document } = expectProblem(answer, 404, 'key.not_found');
        documents.push(document);
      }
      expect(documents).toEqual(documents.map(() => documents[0]));
    }
  });

  it('a project of it is as unknown as any', async () => {
    for (const projectId of [stranger.project.id, nowhere]) {
      const answer = await service.send('POST', '/v1/keys', { as: owner, body: { projectId } });
      expect(pointersOf(expectProblem(answer, 404, 'project.not_found'))).toEqual(['/projectId']);
    }
  });

  it('a key of it is as unknown to verification as garbage', async () => {
    const gateway = await service.createKey(owner, { scopes: ['verify'], role: 'admin' });
    const bodies = [];
    for (const key of [stranger.freeKey.secret, 'garbage']) {
      for (const as of [owner, bearer(gateway.secret)]) bodies.push((await service.verify(as, { key })).text);
    }
    expect(new Set(bodies)).toEqual(new Set([bodies[0]]));
  });

  it('its events are not in the audit', async () => {
    const filters = [`keyId=${foreignKeyId}`, `actorId=${stranger.user.id}`];
    for (const filter of filters) {
      const { body } = await service.send<{ items: unknown[] }>('GET', `/v1/audit/events?${filter}`, {
        as: owner,
      });
      expect(body.items).toEqual([]);
    }
  });
});

describe('bodies', () => {
  const post = (one: Operation, raw: string, headers: Record<string, string> = {}) =>
    service.send(one.method, one.path(keyId), { as: owner, raw, headers });

  it.each(named(withBody))('%s takes JSON only', async (_, one) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await post(one, JSON.stringify(one.body), { 'content-type': type });
      expectProblem(answer, 415, 'request.media_type_unsupported');
    }
  });

  it.each(named(withBody))('%s refuses what is not JSON', async (_, one) => {
    for (const raw of ['{', 'name=a', '{"a":1,}', '\u0000', '{"a":1}{}']) {
      expectProblem(await post(one, raw), 400, 'request.malformed_json');
    }
  });

  it.each(named(withBody))('%s refuses what is no object', async (_, one) => {
    for (const raw of ['[]', '1', '"text"', 'null', 'true', '[{}]']) {
      expectProblem(await post(one, raw), 400, 'request.invalid');
    }
  });

  it.each(named(withBody))('%s refuses what is too large', async (_, one) => {
    expectProblem(await post(one, `"${'a'.repeat(70_000)}"`), 413, 'request.too_large');
  });

  it.each(named(withBody))('%s names a field it does not know', async (_, one) => {
    for (const field of ['colour', 'a/b~c', '__proto__', 'constructor', 'hasOwnProperty', '']) {
      const raw = JSON.stringify(one.body).replace(
        '{',
        `{${JSON.stringify(field)}:{}${isEmpty(one) ? '' : ','}`,
      );
      const pointer = `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      expect(pointersOf(expectProblem(await post(one, raw), 400, 'request.invalid'))).toContain(pointer);
    }
  });

  const isEmpty = ({ body = {} }: Operation) => Object.keys(body).length === 0;
});

describe('addresses', () => {
  it.each(named(everything))('%s takes no other method, and names its own', async (_, { method, path }) => {
    const others = ['DELETE', 'PUT', 'PATCH', 'OPTIONS'];
    for (const other of others) {
      const answer = await service.send(other, path(keyId), { as: owner });
      expectProblem(answer, 405, 'route.method_not_allowed');
      expect(answer.headers.allow?.split(', ')).toContain(method);
    }
  });

  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/v1/keys/',
    '/v1/verify/',
    '/v1/verify/batch/',
    '/v1/verifyx',
  ])('%s is not there', async (path) => {
    for (const method of ['GET', 'POST']) {
      expectProblem(await service.send(method, path, { as: owner }), 404, 'route.not_found');
    }
  });

  it.each(['/v1/%zz', '/v1/keys/%', '/v1/verify/%zz'])('%s is malformed', async (path) => {
    expectProblem(await service.send('GET', path, { as: owner }), 400, 'request.malformed');
  });

  it('are those of the documentation, all of them', async () => {
    const { body } = await service.send<{ paths: Record<string, Record<string, unknown>> }>(
      'GET',
      '/openapi.json',
    );
    const documented = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const operational = ['/livez', '/readyz', '/startupz', '/metrics'].map((path) => `GET ${path}`);
    const expected = [...everything.map(({ name }) => name), 'POST /v1/sign-out', ...operational];
    expect(documented.map((one) => one.replace('{keyId}', '{id}')).sort()).toEqual(expected.sort());
  });
});

describe('queries', () => {
  const invalid = [
    ['/v1/keys?limit=0', '/limit'],
    ['/v1/keys?limit=201', '/limit'],
    ['/v1/keys?limit=1e9', '/limit'],
    ['/v1/keys?limit=1.5', '/limit'],
    ['/v1/keys?limit=1&limit=2', '/limit'],
    ['/v1/keys?limit[]=1', '/limit[]'],
    ['/v1/keys?colour=red', '/colour'],
    ['/v1/keys?__proto__=1', '/__proto__'],
    ['/v1/keys?status=active', '/status'],
    ['/v1/keys?projectId=1', '/projectId'],
    ['/v1/keys?cursor=', '/cursor'],
    ['/v1/keys?cursor=AAAA', '/cursor'],
    ['/v1/audit/events?type=KeyUsed', '/type'],
    ['/v1/audit/events?from=2026-01-01', '/from'],
    ['/v1/audit/events?to=2026-02-30T00:00:00Z', '/to'],
    ['/v1/audit/events?to=yesterday', '/to'],
    ['/v1/audit/events?keyId=%00', '/keyId'],
  ];

  it.each(invalid)('%s is refused for %s', async (path, pointer) => {
    const answer = await service.send('GET', path, { as: owner });
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
  });
});
