import { randomBytes } from 'node:crypto';
import type { ProfileView } from '../../src/application/profile/get-profile.js';
import { formatSecret } from '../../src/domain/access/secret.js';
import { settingsMaxBytes } from '../../src/domain/profile/settings.js';
import { bearer, type Caller, type Sending } from '../support/http-client.js';
import { keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import { appendBeside } from '../support/past.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneProfile {
  readonly biasProfile: ProfileView;
}

interface Page {
  readonly items: readonly ProfileView[];
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

const fields = { name: 'Cautious', settings: { tone: 'kind', words: [1, null, { größe: true }] } };
const nowhere = '01990000-0000-7000-8000-000000000000';

function send<Body = OneProfile>(method: string, path: string, sending: Sending = {}) {
  return service.send<Body>(method, `/v1/bias-profiles${path}`, { as: owner, ...sending });
}

async function create(body: object = {}, as: Caller = owner): Promise<ProfileView> {
  const { status, body: answer } = await send('POST', '', { as, body: { ...fields, ...body } });
  expect(status).toBe(201);
  return answer.biasProfile;
}

const update = (id: string, body: object, sending: Sending = {}) =>
  send('PATCH', `/${id}`, { body, ...sending });
const archive = (id: string, sending: Sending = {}) => send('POST', `/${id}/archive`, sending);

describe('a bias profile', () => {
  it('is created with its settings as given', async () => {
    const { status, headers, body } = await send('POST', '', { body: fields });
    expect(status).toBe(201);
    expect(body).toEqual({
      biasProfile: {
        id: expect.any(String),
        teamId: owner.team.id,
        ...fields,
        status: 'active',
        createdAt: expect.any(String),
        revision: 1,
      },
    });
    expect(headers).toMatchObject({
      etag: '"1"',
      location: `/v1/bias-profiles/${body.biasProfile.id}`,
      'compass-position': expect.stringMatching(/./),
    });
    const read = await send('GET', `/${body.biasProfile.id}`);
    expect([read.status, read.headers.etag, read.body]).toEqual([200, '"1"', body]);
  });

  it('keeps names that mean something to JavaScript, and hands them on', async () => {
    const settings = {
      constructor: 1,
      toString: { constructor: { prototype: [{ valueOf: null, hasOwnProperty: {} }] } },
      prototype: 'x',
    };
    const { id } = await create({ settings });
    expect((await send('GET', `/${id}`)).body.biasProfile.settings).toEqual(settings);
    const { secret } = await service.createKey(owner, { biasProfileId: id });
    const verdict = await service.send('POST', '/v1/verify', { as: owner, body: { key: secret } });
    expect(verdict.body).toMatchObject({ allowed: true, biasProfile: { settings } });
    expect((await update(id, { settings: { constructor: 2 } })).body.biasProfile.settings).toEqual({
      constructor: 2,
    });
  });

  it('changes by what is given, and a repeat changes nothing', async () => {
    const { id } = await create();
    const renamed = await update(id, { name: 'Open' });
    expect([renamed.status, renamed.headers.etag]).toEqual([200, '"2"']);
    expect(renamed.body.biasProfile).toMatchObject({ ...fields, name: 'Open', revision: 2 });
    const repeated = await update(id, { name: 'Open', settings: fields.settings });
    expect([repeated.status, repeated.body]).toEqual([200, renamed.body]);
    expect((await update(id, {})).body).toEqual(renamed.body);
    const replaced = await update(id, { settings: {} });
    expect(replaced.body.biasProfile).toMatchObject({ name: 'Open', settings: {}, revision: 3 });
  });

  it('changes only at the revision that was seen', async () => {
    const { id } = await create();
    const ifMatch = (tag: string) => ({ headers: { 'if-match': tag } });
    for (const stale of [
      await update(id, { name: 'Open' }, ifMatch('"7"')),
      await archive(id, ifMatch('"7"')),
    ]) {
      expectProblem(stale, 412, 'request.precondition_failed');
      expect(stale.headers.etag).toBe('"1"');
    }
    const tries = await Promise.all(['a', 'b', 'c', 'd'].map((name) => update(id, { name }, ifMatch('"1"'))));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  });

  it('is archived for ever, and stays readable', async () => {
    const { id } = await create();
    const archived = await archive(id);
    expect([archived.status, archived.headers.etag]).toEqual([200, '"2"']);
    expect(archived.body.biasProfile).toMatchObject({ ...fields, status: 'archived' });
    const repeated = await archive(id);
    expect([repeated.status, repeated.body]).toEqual([200, archived.body]);
    expectProblem(await update(id, { name: 'Open' }), 409, 'profile.archived');
    expect((await send('GET', `/${id}`)).body).toEqual(archived.body);
  });

  it('is not archived while a key has it that is not revoked', async () => {
    const { id } = await create();
    const { key } = await service.createKey(owner, { biasProfileId: id });
    const problem = expectProblem(await archive(id), 409, 'profile.attached');
    expect(pointersOf(problem)).toEqual([]);
    await service.revoke(owner, key.id);
    expect((await archive(id)).body.biasProfile.status).toBe('archived');
  });

  it('that was archived the moment a key was given it stays on the key, and on no other', async () => {
    const { id } = await create();
    const { key } = await service.createKey(owner, { biasProfileId: id });
    await appendBeside(service.config, owner.team.id, `profile-${id}`, {
      type: 'BiasProfileArchived',
      archivedAt: new Date().toISOString(),
    });
    const calls = keyCalls(service, owner);
    const repeated = await calls.change(key.id, { biasProfileId: id, name: 'Renamed' });
    expect([repeated.status, repeated.body.key.biasProfile?.id]).toEqual([200, id]);
    const other = await service.createKey(owner);
    const given = await calls.change(other.key.id, { biasProfileId: id });
    expect(pointersOf(expectProblem(given, 409, 'profile.archived'))).toEqual(['/biasProfileId']);
  });

  it.each([
    [{ name: '' }, '/name', 'profile.name_invalid'],
    [{ name: ' a' }, '/name', 'profile.name_invalid'],
    [{ name: 'x'.repeat(101) }, '/name', 'request.invalid'],
    [{ name: null }, '/name', 'request.invalid'],
    [{ settings: null }, '/settings', 'request.invalid'],
    [{ settings: [] }, '/settings', 'request.invalid'],
    [{ settings: 'kind' }, '/settings', 'request.invalid'],
    [{ settings: { a: 'b\u0000' } }, '/settings', 'field.not_plain_text'],
    [{ settings: { a: ['\ud800'] } }, '/settings', 'field.not_plain_text'],
    [{ status: 'archived' }, '/status', 'request.invalid'],
  ])('is neither created nor changed as %j', async (changes, pointer, code) => {
    const { id } = await create();
    const changed = await update(id, changes);
    expect(new Set(pointersOf(expectProblem(changed, 400, code)))).toEqual(new Set([pointer]));
    const created = await send('POST', '', { body: { ...fields, ...changes } });
    // A new profile needs its name: that is said before anything else is.
    const isNameless = 'name' in changes && changes.name === '';
    expectProblem(created, 400, isNameless ? 'request.invalid' : code);
  });

  it.each([
    ['{"a":[1e400]}', '/settings', 'profile.number_too_large'],
    ['{"a":{"__proto__":{"b":1}}}', '/settings/a/__proto__', 'request.invalid'],
  ])('has no settings such as %s', async (settings, pointer, code) => {
    const { id } = await create();
    for (const answer of [
      await send('PATCH', `/${id}`, { raw: `{"settings":${settings}}` }),
      await send('POST', '', { raw: `{"name":"a","settings":${settings}}` }),
    ]) {
      expect(pointersOf(expectProblem(answer, 400, code))).toEqual([pointer]);
    }
  });

  it('has settings of at most 8 KiB as JSON in UTF-8', async () => {
    const { id } = await create();
    const settings = { a: 'é'.repeat((settingsMaxBytes - 8) / 2) };
    expect((await update(id, { settings })).body.biasProfile.settings).toEqual(settings);
    const larger = { ...settings, b: 1 };
    for (const answer of [
      await update(id, { settings: larger }),
      await send('POST', '', { body: { ...fields, settings: larger } }),
    ]) {
      const problem = expectProblem(answer, 400, 'profile.settings_too_large');
      expect(pointersOf(problem)).toEqual(['/settings']);
    }
  });

  it('holds no secret, however deep', async () => {
    const secret = formatSecret('cka', randomBytes(32));
    for (const settings of [{ a: secret }, { [secret]: 1 }, { a: [{ b: `see ${secret}` }] }]) {
      const answer = await send('POST', '', { body: { ...fields, settings } });
      expect(pointersOf(expectProblem(answer, 400, 'field.contains_secret'))).toEqual(['/settings']);
    }
  });
});

test('the list of bias profiles shows the team’s, newest first, by status and in pages', async () => {
  const other = await service.signUp();
  const made: ProfileView[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) made.unshift(await create({ name }, other));
  const second = made[1]!;
  const { biasProfile: archived } = (await archive(second.id, { as: other })).body;
  const all = made.map((one) => (one.id === second.id ? archived : one));
  const list = async (query: string) => (await send<Page>('GET', query, { as: other })).body;
  expect(await list('')).toEqual({ items: all, nextCursor: null });
  expect((await list('?status=archived')).items).toEqual([archived]);
  expect((await list('?status=active')).items).toHaveLength(4);
  const pages: ProfileView[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page = await list(`?limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    pages.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(pages).toEqual(all);
});

describe('who may', () => {
  it('OWNER and ADMIN manage; USER and AUDITOR read', async () => {
    const { id } = await create();
    const admin = await join(service, owner, 'ADMIN');
    expect((await create({}, admin)).teamId).toBe(owner.team.id);
    expect((await update(id, { name: 'Open' }, { as: admin })).status).toBe(200);
    for (const role of ['USER', 'AUDITOR'] as const) {
      const as = await join(service, owner, role);
      expect((await send('GET', `/${id}`, { as })).body.biasProfile).toMatchObject({ id, name: 'Open' });
      expect((await send<Page>('GET', '', { as })).body.items.length).toBeGreaterThan(0);
      for (const answer of [
        await send('POST', '', { as, body: fields }),
        await update(id, { name: 'Other' }, { as }),
        await archive(id, { as }),
      ]) {
        expectProblem(answer, 403, 'right.missing');
      }
    }
  });

  it('keys read with the scope keys, and never manage', async () => {
    const { id } = await create();
    const reader = bearer((await service.createKey(owner, { scopes: ['keys'], role: 'admin' })).secret);
    expect((await send('GET', `/${id}`, { as: reader })).status).toBe(200);
    expect((await send('GET', '', { as: reader })).status).toBe(200);
    expectProblem(await send('POST', '', { as: reader, body: fields }), 403, 'right.missing');
    expectProblem(await archive(id, { as: reader }), 403, 'right.missing');
    const plain = bearer((await service.createKey(owner, { role: 'admin' })).secret);
    expectProblem(await send('GET', '', { as: plain }), 403, 'right.missing');
    expectProblem(await send('GET', `/${id}`, { as: plain }), 404, 'profile.not_found');
  });

  it('another team finds nothing, exactly as where nothing is', async () => {
    const { id } = await create();
    const answers = [
      await send('GET', `/${id}`, { as: stranger }),
      await update(id, { name: 'Open' }, { as: stranger }),
      await archive(id, { as: stranger }),
      await send('GET', `/${nowhere}`),
      await update(nowhere, { name: 'Open' }),
      await archive('nonsense'),
    ];
    const details = answers.map((answer) => expectProblem(answer, 404, 'profile.not_found').detail);
    expect(new Set(details).size).toBe(1);
    expect((await send<Page>('GET', '', { as: stranger })).body.items).toEqual([]);
  });
});

test('the audit events tell what happened to a bias profile', async () => {
  const other = await service.signUp();
  const { id } = await create({}, other);
  await update(id, { name: 'Open', settings: {} }, { as: other });
  await archive(id, { as: other });
  const { body } = await service.send<{ items: { stream: string }[] }>('GET', '/v1/audit/events', {
    as: other,
  });
  expect(body.items.filter(({ stream }) => stream === `profile-${id}`)).toMatchObject([
    {
      type: 'BiasProfileCreated',
      summary: 'Created the bias profile “Cautious”.',
      actor: { type: 'user', id: other.user.id },
      keyId: null,
      revision: 1,
    },
    {
      type: 'BiasProfileUpdated',
      summary: 'Changed the name and the settings of the bias profile.',
      revision: 2,
    },
    { type: 'BiasProfileArchived', summary: 'Archived the bias profile.', revision: 3 },
  ]);
});
