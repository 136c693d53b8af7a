import type { ProjectView } from '../../src/application/team/get-project.js';
import { bearer, type Caller, type Sending } from '../support/http-client.js';
import { join } from '../support/members.js';
import { readInPages } from '../support/pages.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneProject {
  readonly project: ProjectView;
}

let service: TestService;
let owner: Owner;

beforeAll(async () => {
  service = await startTestService();
  owner = await service.signUp();
});

afterAll(() => service.stop());

function send<Body = OneProject>(method: string, path: string, sending: Sending = {}) {
  return service.send<Body>(method, `/v1/projects${path}`, { as: owner, ...sending });
}

async function create(name = 'Vision', as: Caller = owner): Promise<ProjectView> {
  const { status, body } = await send('POST', '', { as, body: { name } });
  expect(status).toBe(201);
  return body.project;
}

const changeStatus = (id: string, status: unknown, sending: Sending = {}) =>
  send('PUT', `/${id}/status`, { body: { status }, ...sending });
const rename = (id: string, name: unknown, sending: Sending = {}) =>
  send('PATCH', `/${id}`, { body: { name }, ...sending });
const codeOf = async ({ secret }: NewKey) => (await service.verify(owner, { key: secret })).body.code;

describe('a project', () => {
  it('is created, and active', async () => {
    const { status, headers, body } = await send('POST', '', { body: { name: 'Vision' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      project: {
        id: expect.any(String),
        teamId: owner.team.id,
        name: 'Vision',
        status: 'active',
        createdAt: expect.any(String),
        revision: expect.any(Number),
      },
    });
    expect(headers).toMatchObject({
      etag: `"${body.project.revision}"`,
      location: `/v1/projects/${body.project.id}`,
      'compass-position': expect.stringMatching(/./),
    });
    const read = await send('GET', `/${body.project.id}`);
    expect([read.status, read.headers.etag, read.body]).toEqual([200, headers.etag, body]);
    const { items } = (await send<{ items: ProjectView[] }>('GET', '')).body;
    expect(items.find(({ id }) => id === body.project.id)).toEqual(body.project);
  });

  it('is listed, newest first, in pages', async () => {
    const team = await service.signUp();
    const [vision, speech] = [await create('Vision', team), await create('Speech', team)];
    const { body } = await send<{ items: ProjectView[]; nextCursor: unknown }>('GET', '', { as: team });
    expect(body.items.map(({ id }) => id)).toEqual([speech.id, vision.id, team.project.id]);
    expect(body.nextCursor).toBeNull();
    expect(await readInPages(service, '/v1/projects', team)).toEqual(body.items);
  });

  it('is renamed; a repeat changes nothing', async () => {
    const { id } = await create();
    const first = await rename(id, 'Speech');
    expect(first.body.project).toMatchObject({ id, name: 'Speech', status: 'active' });
    const repeated = await rename(id, 'Speech');
    expect([repeated.status, repeated.body, repeated.headers.etag]).toEqual([
      200,
      first.body,
      first.headers.etag,
    ]);
  });

  it('changes only at the revision that was seen, whatever happens to the rest of the team', async () => {
    const { id, revision } = await create();
    await create('Another');
    const ifMatch = (tag: number) => ({ headers: { 'if-match': `"${tag}"` } });
    const stale = await rename(id, 'Speech', ifMatch(revision - 1));
    expectProblem(stale, 412, 'request.precondition_failed');
    expect(stale.headers.etag).toBe(`"${revision}"`);
    const tries = await Promise.all([
      ...['a', 'b', 'c', 'd'].map((name) => rename(id, name, ifMatch(revision))),
      ...['e', 'f', 'g'].map((name) => send('POST', '', { body: { name } })),
    ]);
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 201, 201, 201, 412, 412, 412]);
  });

  it.each([
    ['', 'request.invalid'],
    [' a', 'project.name_invalid'],
    ['a\nb', 'project.name_invalid'],
    ['x'.repeat(101), 'request.invalid'],
    [null, 'request.invalid'],
  ])('is not called %j', async (name, code) => {
    const { id } = await create();
    for (const answer of [await send('POST', '', { body: { name } }), await rename(id, name)]) {
      expect(new Set(pointersOf(expectProblem(answer, 400, code)))).toEqual(new Set(['/name']));
    }
  });

  it.each(['ARCHIVED', 'inactive', '', null, 1])('has no status %j', async (status) => {
    const { id } = await create();
    const answer = await changeStatus(id, status);
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toEqual(['/status']);
  });
});

describe('an archived project', () => {
  it('refuses its keys from the next request on, also as callers, until it is restored', async () => {
    const { id } = await create();
    const [inside, outside] = [
      await service.createKey(owner, { projectId: id }),
      await service.createKey(owner),
    ];
    const token = await service.createKey(owner, { projectId: id, type: 'personal_token' });
    const whoami = async () =>
      (await service.send('GET', '/v1/whoami', { as: bearer(inside.secret) })).status;
    const codes = async () => [
      await codeOf(inside),
      await codeOf(token),
      await codeOf(outside),
      await whoami(),
    ];
    expect(await codes()).toEqual(['VALID', 'VALID', 'VALID', 200]);
    expect((await changeStatus(id, 'archived')).body.project.status).toBe('archived');
    expect(await codes()).toEqual(['PROJECT_ARCHIVED', 'PROJECT_ARCHIVED', 'VALID', 401]);
    const verdict = await service.verify(owner, { key: inside.secret, project: id, scope: 'keys' });
    expect(verdict.body).toMatchObject({
      allowed: false,
      checked: ['NOT_FOUND', 'REVOKED', 'EXPIRED', 'INACTIVE', 'PROJECT_ARCHIVED'],
      keyId: inside.key.id,
    });
    expect((await changeStatus(id, 'active')).body.project.status).toBe('active');
    expect(await codes()).toEqual(['VALID', 'VALID', 'VALID', 200]);
  });

  it('silences a gateway on its open connection', async () => {
    const { id } = await create();
    const gateway = await service.createKey(owner, { projectId: id, scopes: ['verify'], role: 'admin' });
    const ask = () => service.verify(bearer(gateway.secret), { key: owner.freeKey.secret });
    for (let n = 0; n < 5; n++) expect((await ask()).body.code).toBe('VALID');
    await changeStatus(id, 'archived');
    expect((await ask()).status).toBe(401);
  });

  it('gets no new keys; those without a project go to the first that is active', async () => {
    const other = await service.signUp();
    const second = await create('Second', other);
    await changeStatus(other.project.id, 'archived', { as: other });
    const post = (body: object) => service.send('POST', '/v1/keys', { as: other, body });
    const refused = await post({ projectId: other.project.id });
    expect(pointersOf(expectProblem(refused, 409, 'project.archived'))).toEqual(['/projectId']);
    expect((await service.createKey(other)).key.projectId).toBe(second.id);
    await changeStatus(second.id, 'archived', { as: other });
    expectProblem(await post({}), 409, 'project.archived');
  });

  it('is renamed and read all the same, and its keys are changed and revoked', async () => {
    const { id } = await create();
    const { key } = await service.createKey(owner, { projectId: id });
    await changeStatus(id, 'archived');
    expect((await rename(id, 'Old')).body.project).toMatchObject({ name: 'Old', status: 'archived' });
    expect((await service.revoke(owner, key.id)).status).toBe(200);
  });
});

describe('who may', () => {
  it('OWNER and ADMIN manage; USER and AUDITOR read', async () => {
    const { id } = await create();
    const admin = await join(service, owner, 'ADMIN');
    expect((await create('Theirs', admin)).teamId).toBe(owner.team.id);
    expect((await rename(id, 'Speech', { as: admin })).status).toBe(200);
    for (const role of ['USER', 'AUDITOR'] as const) {
      const as = await join(service, owner, role);
      expect((await send('GET', `/${id}`, { as })).body.project).toMatchObject({ id, name: 'Speech' });
      expectProblem(await send('POST', '', { as, body: { name: 'Mine' } }), 403, 'right.missing');
      expectProblem(await rename(id, 'Mine', { as }), 403, 'right.missing');
      expectProblem(await changeStatus(id, 'archived', { as }), 403, 'right.missing');
    }
  });

  it('a key with the scope project renames its project, and with the role admin archives it', async () => {
    const [own, other] = [await create('Own'), await create('Other')];
    const keyWith = async (fields: object) =>
      bearer((await service.createKey(owner, { projectId: own.id, ...fields })).secret);
    const plain = await keyWith({ scopes: ['inference', 'keys'], role: 'admin' });
    expectProblem(await rename(own.id, 'Mine', { as: plain }), 403, 'right.missing');
    const member = await keyWith({ scopes: ['project'] });
    expect((await rename(own.id, 'Mine', { as: member })).body.project.name).toBe('Mine');
    expectProblem(await changeStatus(own.id, 'archived', { as: member }), 403, 'right.missing');
    expectProblem(await rename(other.id, 'Mine', { as: member }), 404, 'project.not_found');
    const admin = await keyWith({ scopes: ['project'], role: 'admin' });
    expectProblem(await send('POST', '', { as: admin, body: { name: 'More' } }), 403, 'right.missing');
    expectProblem(await changeStatus(other.id, 'archived', { as: admin }), 404, 'project.not_found');
    expect((await changeStatus(own.id, 'archived', { as: admin })).body.project.status).toBe('archived');
    expectProblem(await changeStatus(own.id, 'active', { as: admin }), 401, 'credential.wrong');
    const inPages = bearer((await service.createKey(owner, { public: true })).secret);
    expectProblem(await send('GET', `/${owner.project.id}`, { as: inPages }), 404, 'project.not_found');
  });

  it('another team finds nothing, exactly as where nothing is', async () => {
    const stranger = await service.signUp();
    const { id } = await create();
    const nowhere = '01990000-0000-7000-8000-000000000000';
    const answers = [
      await send('GET', `/${id}`, { as: stranger }),
      await rename(id, 'Mine', { as: stranger }),
      await changeStatus(id, 'archived', { as: stranger, headers: { 'if-match': '"9"' } }),
      await changeStatus(nowhere, 'archived'),
      await rename('nonsense', 'Mine'),
    ];
    const details = answers.map((answer) => expectProblem(answer, 404, 'project.not_found').detail);
    expect(new Set(details).size).toBe(1);
    const body = { projectId: id };
    expectProblem(await service.send('POST', '/v1/keys', { as: stranger, body }), 404, 'project.not_found');
  });
});

test('the audit events tell what happened to a project', async () => {
  const other = await service.signUp();
  const { id } = await create('Vision', other);
  await rename(id, 'Speech', { as: other });
  await changeStatus(id, 'archived', { as: other });
  await changeStatus(id, 'active', { as: other });
  const { body } = await service.send<{ items: { type: string; summary: string }[] }>(
    'GET',
    '/v1/audit/events',
    { as: other },
  );
  expect(body.items.slice(-4).map(({ type, summary }) => [type, summary])).toEqual([
    ['ProjectCreated', 'Created the project “Vision”.'],
    ['ProjectRenamed', 'Renamed the project to “Speech”.'],
    ['ProjectArchived', 'Archived the project; its keys are refused.'],
    ['ProjectRestored', 'Restored the project; its keys work again.'],
  ]);
});
