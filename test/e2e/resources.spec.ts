import { randomBytes } from 'node:crypto';
import type { ResourceView } from '../../src/application/resource/get-resource.js';
import { formatSecret } from '../../src/domain/access/secret.js';
import { bearer, type Caller, type Sending } from '../support/http-client.js';
import { join } from '../support/members.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneResource {
  readonly resource: ResourceView;
}

interface Page {
  readonly items: readonly ResourceView[];
  readonly nextCursor: string | null;
}

let service: TestService;
let owner: Owner;
let stranger: Owner;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
  stranger = await service.signUp();
});

afterAll(() => service.stop());

const fields = { name: 'Tokens per minute', model: 'jais-30b', resourceType: 'TPM' };
const nowhere = '01990000-0000-7000-8000-000000000000';

function send<Body = OneResource>(method: string, path: string, sending: Sending = {}) {
  return service.send<Body>(method, `/v1/resources${path}`, { as: owner, ...sending });
}

async function register(body: object = {}, as: Caller = owner): Promise<ResourceView> {
  const { status, body: answer } = await send('POST', '', { as, body: { ...fields, ...body } });
  expect(status).toBe(201);
  return answer.resource;
}

const changeStatus = (id: string, status: unknown, sending: Sending = {}) =>
  send('PUT', `/${id}/status`, { body: { status }, ...sending });

describe('a resource', () => {
  it('is registered, and active', async () => {
    const { status, headers, body } = await send('POST', '', { body: fields });
    expect(status).toBe(201);
    expect(body).toEqual({
      resource: {
        id: expect.any(String),
        teamId: owner.team.id,
        ...fields,
        status: 'active',
        registeredAt: expect.any(String),
        revision: 1,
      },
    });
    expect(headers).toMatchObject({
      etag: '"1"',
      location: `/v1/resources/${body.resource.id}`,
      'compass-position': expect.stringMatching(/./),
    });
    const read = await send('GET', `/${body.resource.id}`);
    expect([read.status, read.headers.etag, read.body]).toEqual([200, '"1"', body]);
  });

  it('is deactivated and activated; a repeat changes nothing', async () => {
    const { id } = await register();
    const first = await changeStatus(id, 'inactive');
    expect(first.body.resource).toMatchObject({ id, status: 'inactive', revision: 2 });
    expect([first.status, first.headers.etag]).toEqual([200, '"2"']);
    const repeated = await changeStatus(id, 'inactive');
    expect([repeated.status, repeated.body]).toEqual([200, first.body]);
    expect(repeated.headers['compass-position']).toBe(first.headers['compass-position']);
    expect((await changeStatus(id, 'active')).body.resource).toMatchObject({
      status: 'active',
      revision: 3,
    });
  });

  it('changes only at the revision that was seen', async () => {
    const { id } = await register();
    const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
    const stale = await changeStatus(id, 'inactive', ifMatch('"7"'));
    expectProblem(stale, 412, 'request.precondition_failed');
    expect(stale.headers.etag).toBe('"1"');
    const tries = await Promise.all(
      Array.from({ length: 4 }, () => changeStatus(id, 'inactive', ifMatch('"1"'))),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it.each([
    [{ name: '' }, '/name', 'request.invalid'],
    [{ name: ' a' }, '/name', 'resource.name_invalid'],
    [{ name: 'a\nb' }, '/name', 'resource.name_invalid'],
    [{ name: 'x'.repeat(101) }, '/name', 'request.invalid'],
    [{ name: null }, '/name', 'request.invalid'],
    [{ model: '' }, '/model', 'request.invalid'],
    [{ model: 'a ' }, '/model', 'resource.model_invalid'],
    [{ model: 'x'.repeat(101) }, '/model', 'request.invalid'],
    [{ model: 'a\u0000' }, '/model', 'request.invalid'],
    [{ resourceType: 'tpm' }, '/resourceType', 'request.invalid'],
    [{ resourceType: null }, '/resourceType', 'request.invalid'],
    [{ status: 'inactive' }, '/status', 'request.invalid'],
  ])('is not registered as %j', async (changes, pointer, code) => {
    const answer = await send('POST', '', { body: { ...fields, ...changes } });
    expect(new Set(pointersOf(expectProblem(answer, 400, code)))).toEqual(new Set([pointer]));
  });

  it('holds no secret in its name or model', async () => {
    const text = `see ${formatSecret('cka', randomBytes(32))}`;
    for (const field of ['name', 'model']) {
      const answer = await send('POST', '', { body: { ...fields, [field]: text } });
      expect(pointersOf(expectProblem(answer, 400, 'field.contains_secret'))).toEqual([`/${field}`]);
    }
  });

  it.each(['ACTIVE', 'archived', '', null, 1])('has no status %j', async (status) => {
    const { id } = await register();
    const answer = await changeStatus(id, status);
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toEqual(['/status']);
  });

  it('is registered once for a repeated request', async () => {
    const sending = { body: { ...fields, model: 'once' }, headers: { 'idempotency-key': 'once' } };
    const [first, second] = [await send('POST', '', sending), await send('POST', '', sending)];
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(second.headers.location).toBe(first.headers.location);
  });
});

describe('the list of resources', () => {
  it('shows the team’s, newest first, by status and in pages', async () => {
    const other = await service.signUp();
    const made: ResourceView[] = [];
    for (const model of ['a', 'b', 'c', 'd', 'e']) made.unshift(await register({ model }, other));
    const second = made[1]!;
    const { resource: inactive } = (await changeStatus(second.id, 'inactive', { as: other })).body;
    const all = made.map((one) => (one.id === second.id ? inactive : one));
    const list = async (query: string) => (await send<Page>('GET', query, { as: other })).body;
    expect(await list('')).toEqual({ items: all, nextCursor: null });
    expect((await list('?status=inactive')).items).toEqual([inactive]);
    expect((await list('?status=active')).items).toHaveLength(4);
    const pages: ResourceView[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      pages.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(pages).toEqual(all);
  });

  it.each(['status=off', 'limit=0', 'limit=201', 'cursor=x', 'model=a'])('refuses ?%s', async (query) => {
    const problem = expectProblem(await send('GET', `?${query}`), 400, 'request.invalid');
    expect(pointersOf(problem)).toEqual([`/${query.split('=')[0]}`]);
  });
});

describe('who may', () => {
  it('OWNER and ADMIN manage; USER and AUDITOR read', async () => {
    const { id } = await register();
    const admin = await join(service, owner, 'ADMIN');
    expect((await register({}, admin)).teamId).toBe(owner.team.id);
    expect((await changeStatus(id, 'inactive', { as: admin })).status).toBe(200);
    for (const role of ['USER', 'AUDITOR'] as const) {
      const as = await join(service, owner, role);
      expect((await send('GET', `/${id}`, { as })).body.resource).toMatchObject({ id, status: 'inactive' });
      expect((await send<Page>('GET', '', { as })).body.items.length).toBeGreaterThan(0);
      expectProblem(await send('POST', '', { as, body: fields }), 403, 'right.missing');
      expectProblem(await changeStatus(id, 'active', { as }), 403, 'right.missing');
    }
  });

  it('keys read with the scope keys, and never manage', async () => {
    const { id } = await register();
    const reader = bearer((await service.createKey(owner, { scopes: ['keys'], role: 'admin' })).secret);
    expect((await send('GET', `/${id}`, { as: reader })).status).toBe(200);
    expect((await send('GET', '', { as: reader })).status).toBe(200);
    expectProblem(await send('POST', '', { as: reader, body: fields }), 403, 'right.missing');
    expectProblem(await changeStatus(id, 'inactive', { as: reader }), 403, 'right.missing');
    const plain = bearer((await service.createKey(owner, { role: 'admin' })).secret);
    expectProblem(await send('GET', '', { as: plain }), 403, 'right.missing');
    expectProblem(await send('GET', `/${id}`, { as: plain }), 404, 'resource.not_found');
    expectProblem(await changeStatus(id, 'inactive', { as: plain }), 404, 'resource.not_found');
  });

  it('another team finds nothing, exactly as where nothing is', async () => {
    const { id } = await register();
    const answers = [
      await send('GET', `/${id}`, { as: stranger }),
      await changeStatus(id, 'inactive', { as: stranger }),
      await changeStatus(id, 'inactive', { as: stranger, headers: { 'if-match': '"9"' } }),
      await send('GET', `/${nowhere}`),
      await changeStatus(nowhere, 'inactive'),
      await send('GET', '/nonsense'),
      await changeStatus('nonsense', 'inactive'),
    ];
    const details = answers.map((answer) => expectProblem(answer, 404, 'resource.not_found').detail);
    expect(new Set(details).size).toBe(1);
    expect((await send<Page>('GET', '', { as: stranger })).body.items).toEqual([]);
  });
});

test('the audit events tell what happened to a resource', async () => {
  const other = await service.signUp();
  const { id } = await register({ name: 'Shared', model: 'llama-3', resourceType: 'PYG' }, other);
  await changeStatus(id, 'inactive', { as: other });
  await changeStatus(id, 'active', { as: other });
  const { body } = await service.send<{ items: { stream: string }[] }>('GET', '/v1/audit/events', {
    as: other,
  });
  expect(body.items.filter(({ stream }) => stream === `resource-${id}`)).toMatchObject([
    {
      type: 'ResourceRegistered',
      summary: 'Registered the resource “Shared” for llama-3 (PYG).',
      actor: { type: 'user', id: other.user.id },
      keyId: null,
      revision: 1,
    },
    { type: 'ResourceDeactivated', summary: 'Deactivated the resource.', revision: 2 },
    { type: 'ResourceActivated', summary: 'Activated the resource.', revision: 3 },
  ]);
});
