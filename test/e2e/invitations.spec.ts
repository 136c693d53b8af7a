import { randomBytes } from 'node:crypto';
import type { InvitationView } from '../../src/application/team/list-invitations.js';
import type { MemberView } from '../../src/application/team/member-view.js';
import { createAccounts } from '../../src/identity/accounts.js';
import { newId } from '../../src/platform/ids.js';
import { createPool } from '../../src/platform/postgres.js';
import type { Caller, Sending } from '../support/http-client.js';
import { join } from '../support/members.js';
import { submitPage } from '../support/page-visit.js';
import { readInPages } from '../support/pages.js';
import type { Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneInvitation {
  readonly invitation: InvitationView & { readonly url: string };
}

interface Teams {
  readonly teams: readonly { readonly id: string; readonly role: string }[];
}

/** The service's time: it goes on as it does everywhere until a test stops it at an instant. */
let stoppedAt: number | undefined;
const now = () => new Date(stoppedAt ?? Date.now());

let service: TestService;
let owner: Owner;
/** Somebody with a team of their own. */
let grace: Owner;

beforeAll(async () => {
  service = await startTestService({}, { now });
});

afterAll(() => service.stop());

beforeEach(async () => {
  owner = await service.signUp();
  grace = await service.signUp();
});

afterEach(() => {
  stoppedAt = undefined;
});

function send<Body = OneInvitation>(method: string, path = '', sending: Sending = {}) {
  return service.send<Body>(method, `/v1/invitations${path}`, { as: owner, ...sending });
}

const invite = (body: object = {}, as: Caller = owner) =>
  send('POST', '', { as, body: { email: grace.email, role: 'USER', ...body } });

/** What the link carries, and the id. */
async function invited(body: object = {}) {
  const { status, body: answer } = await invite(body);
  expect(status).toBe(201);
  const { id, url } = answer.invitation;
  const token = new URL(url).hash.slice(1);
  service.secrets.remember('secret', token);
  return { id, token };
}

const signIn = ({ email, password }: Owner, invitation: string) =>
  service.send<Teams>('POST', '/v1/sign-in', { body: { email, password, invitation } });
const list = async () => (await send<{ items: InvitationView[] }>('GET')).body.items;
const inTeam = (person: Caller): Caller => ({
  headers: { ...person.headers, 'compass-team': owner.team.id },
});

describe('an invitation', () => {
  it('is listed, newest first, in pages', async () => {
    const first = await invited();
    const second = await invited({ email: `other-${grace.email}` });
    const items = await list();
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(await readInPages(service, '/v1/invitations', owner)).toEqual(items);
  });

  it('is made, with a link that is shown this once', async () => {
    const { status, headers, body } = await invite({ email: ` ${grace.email.toUpperCase()} ` });
    expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
    const { url, ...invitation } = body.invitation;
    service.secrets.remember('secret', new URL(url).hash.slice(1));
    expect(url.startsWith(`${service.url}/join#`)).toBe(true);
    expect(invitation).toEqual({
      id: expect.any(String),
      email: grace.email,
      role: 'USER',
      until: null,
      expiresAt: expect.any(String),
      invitedAt: expect.any(String),
    });
    expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.invitedAt)).toBe(7 * 86_400_000);
    expect(await list()).toEqual([invitation]);
  });

  it('is accepted by signing in with it, once', async () => {
    const { token } = await invited({ role: 'ADMIN' });
    const { status, body, headers } = await signIn(grace, token);
    expect(status).toBe(200);
    expect(headers['compass-position']).toMatch(/./);
    expect(body.teams.map(({ id, role }) => [id, role])).toEqual([
      [grace.team.id, 'OWNER'],
      [owner.team.id, 'ADMIN'],
    ]);
    expect((await service.createKey(inTeam(grace))).key.teamId).toBe(owner.team.id);
    expect(await list()).toEqual([]);
    expectProblem(await signIn(grace, token), 404, 'invitation.not_found');
    const { items } = (await service.send<{ items: MemberView[] }>('GET', '/v1/members', { as: owner })).body;
    expect(items.find(({ userId }) => userId === grace.user.id)).toMatchObject({
      role: 'ADMIN',
      email: grace.email,
    });
  });

  it('lets one of many who use it at the same moment in', async () => {
    const { token } = await invited();
    const answers = await Promise.all(Array.from({ length: 4 }, () => signIn(grace, token)));
    for (const answer of answers) expect([200, 404]).toContain(answer.status);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    const { body } = await service.send<{ items: { type: string }[] }>('GET', '/v1/audit/events', {
      as: owner,
    });
    expect(body.items.filter(({ type }) => type === 'MemberJoined')).toHaveLength(2);
  });

  it('makes an auditor until a date', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const { token } = await invited({ role: 'AUDITOR', until });
    await signIn(grace, token);
    const path = `/v1/members/${grace.user.id}`;
    const { body } = await service.send<{ member: MemberView }>('GET', path, { as: owner });
    expect(body.member).toMatchObject({ role: 'AUDITOR', until });
  });

  it('is for the address that it names', async () => {
    const { token } = await invited();
    const eve = await service.signUp();
    const answer = await signIn(eve, token);
    expect(pointersOf(expectProblem(answer, 403, 'invitation.for_another'))).toEqual(['/invitation']);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect((await signIn(grace, token)).status).toBe(200);
  });

  it('is not for who is in the team already', async () => {
    const { token } = await invited();
    const second = await invited({ role: 'ADMIN' });
    await signIn(grace, token);
    expectProblem(await signIn(grace, second.token), 409, 'invitation.for_member');
  });

  it('brings back who was removed, and who left', async () => {
    await signIn(grace, (await invited()).token);
    const leave = () => service.send('DELETE', `/v1/members/${grace.user.id}`, { as: inTeam(grace) });
    expect((await leave()).status).toBe(204);
    expect((await signIn(grace, (await invited({ role: 'ADMIN' })).token)).body.teams).toHaveLength(2);
  });

  it('is withdrawn', async () => {
    const { id, token } = await invited();
    expect((await send('DELETE', `/${id}`)).status).toBe(204);
    expect(await list()).toEqual([]);
    expectProblem(await signIn(grace, token), 404, 'invitation.not_found');
    expectProblem(await send('DELETE', `/${id}`), 404, 'invitation.not_found');
    const { headers, body } = await invite();
    service.secrets.remember('secret', new URL(body.invitation.url).hash.slice(1));
    const path = `/${body.invitation.id}`;
    expectProblem(
      await send('DELETE', path, { headers: { 'if-match': '"1"' } }),
      412,
      'request.precondition_failed',
    );
    expect((await send('DELETE', path, { headers: { 'if-match': String(headers.etag) } })).status).toBe(204);
  });

  it('is nothing to who changed the link', async () => {
    const { token } = await invited();
    const other = `${token.slice(0, -6)}AAAAAA`;
    for (const wrong of ['', 'x', token.slice(0, -1), `${token}A`, other]) {
      const answer = await signIn(grace, wrong);
      expect(pointersOf(expectProblem(answer, 404, 'invitation.not_found'))).toEqual(['/invitation']);
    }
  });

  it.each([
    [{ email: 'nowhere' }, 'user.email_invalid', '/email'],
    [{ email: null }, 'request.invalid', '/email'],
    [{ role: 'owner' }, 'request.invalid', '/role'],
    [{ until: '2027-01-01T00:00:00Z' }, 'member.until_needs_auditor', '/until'],
    [{ role: 'AUDITOR', until: 'tomorrow' }, 'request.invalid', '/until'],
    [{ role: 'AUDITOR', until: null }, 'request.invalid', '/until'],
  ])('is not made for %j', async (body, code, pointer) => {
    const problem = expectProblem(await invite(body), 400, code);
    expect(new Set(pointersOf(problem))).toEqual(new Set([pointer]));
  });
});

describe('a sign-up with an invitation', () => {
  const signUp = (invitation: string, changes: object = {}) => {
    const person = { email: 'hedy@example.com', password: 'correct horse battery', name: 'Hedy' };
    return service.send<Omit<Owner, 'headers'>>('POST', '/v1/sign-up', {
      body: { ...person, invitation, ...changes },
    });
  };

  it('makes a user who is in that team, and no free key', async () => {
    const { token } = await invited({ email: 'hedy@example.com', role: 'ADMIN' });
    expectProblem(await signUp(token, { email: 'eve@example.com' }), 403, 'invitation.for_another');
    const answer = await signUp(token);
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        user: { id: expect.any(String), email: 'hedy@example.com', name: 'Hedy' },
        team: { id: owner.team.id, name: owner.team.name },
        project: { id: owner.project.id, teamId: owner.team.id, name: 'Default', status: 'active' },
      },
    ]);
    const as = service.sessionOf(answer);
    const me = await service.send<Teams>('GET', '/v1/me', { as });
    expect(me.body.teams).toEqual([{ id: owner.team.id, name: owner.team.name, role: 'ADMIN' }]);
    expectProblem(await signUp(token), 404, 'invitation.not_found');
    // Whoever was removed has no team, and a sign-in makes them none.
    await service.send('DELETE', `/v1/members/${answer.body.user.id}`, { as: owner });
    const body = { email: 'hedy@example.com', password: 'correct horse battery' };
    expect((await service.send<Teams>('POST', '/v1/sign-in', { body })).body.teams).toEqual([]);
  });

  it('that stopped before the log knew of it is completed by signing in with it: no team of their own besides', async () => {
    const hertha = { email: 'hertha@example.com', password: 'correct horse battery', name: 'Hertha' };
    const pool = createPool(service.databaseUrl, { applicationName: 'invitations-spec', max: 1 });
    const accounts = await createAccounts({
      pool,
      secret: randomBytes(32),
      baseUrl: service.url,
      secureCookies: false,
      newId,
      report: () => undefined,
    });
    expect((await accounts.signUp(hertha)).ok).toBe(true);
    await pool.end();
    const { token } = await invited({ email: hertha.email });
    const { email, password } = hertha;
    const signedIn = await service.send<Teams>('POST', '/v1/sign-in', {
      body: { email, password, invitation: token },
    });
    expect([signedIn.status, signedIn.headers['compass-position']]).toEqual([200, expect.any(String)]);
    expect(signedIn.body).toEqual({
      user: expect.objectContaining({ email }),
      teams: [{ id: owner.team.id, name: owner.team.name, role: 'USER' }],
    });
  });

  it('is followed by signing in with others, wherever the first one led', async () => {
    const [lise, first] = ['lise@example.org', await invited({ email: 'lise@example.org' })];
    const answer = await signUp(first.token, { email: lise });
    await service.send('DELETE', `/v1/members/${answer.body.user.id}`, { as: owner });
    const { token } = await invited({ email: lise, role: 'ADMIN' });
    const body = { email: lise, password: 'correct horse battery', invitation: token };
    const { teams } = (await service.send<Teams>('POST', '/v1/sign-in', { body })).body;
    expect(teams).toEqual([{ id: owner.team.id, name: owner.team.name, role: 'ADMIN' }]);
  });

  it('is refused without an account left behind when the link is nothing', async () => {
    expectProblem(await signUp('nonsense', { email: 'lise@example.com' }), 404, 'invitation.not_found');
    expect((await service.signUp({ email: 'lise@example.com' })).team.id).toEqual(expect.any(String));
  });
});

describe('the page behind the link', () => {
  const link = async (email: string) => {
    const { token } = await invited({ email });
    return `${service.url}/join#${token}`;
  };
  const hedwig = { email: 'hedwig@example.com', password: 'correct horse battery', name: 'Hedwig' };

  it('is a form, to be loaded with nothing from elsewhere, and kept by nobody', async () => {
    const page = await service.send('GET', '/join');
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    for (const name of ['email', 'password', 'name']) expect(page.text).toContain(`name="${name}"`);
  });

  it('signs somebody new up into the team', async () => {
    const url = await link(hedwig.email);
    const early = await submitPage(url, 'sign-up', { ...hedwig, password: 'short' });
    expect(early).toMatchObject({
      words: 'password: A password has at least 12 characters.',
      isFormThere: true,
    });
    const seen = await submitPage(url, 'sign-up', hedwig);
    const words = `Welcome, Hedwig. You are signed in, and in: ${owner.team.name}.`;
    expect(seen).toEqual({ words, more: [], isFormThere: false });
    const again = await submitPage(url, 'sign-up', hedwig);
    const gone = 'invitation: There is no such invitation, or not any more.';
    expect(again).toMatchObject({ words: gone, isFormThere: true });
  });

  it('signs in whoever has an account', async () => {
    const { email, password, team } = grace;
    const url = await link(email);
    const wrong = await submitPage(url, 'sign-in', { email, password: 'not my password', name: '' });
    expect(wrong.isFormThere).toBe(true);
    const seen = await submitPage(url, 'sign-in', { email, password, name: '' });
    expect(seen.words).toContain(`in: ${team.name}, ${owner.team.name}.`);
  });
});

describe('who may', () => {
  it('ADMIN invites everybody but owners', async () => {
    const admin = await join(service, owner, 'ADMIN');
    const { status, body } = await invite({}, admin);
    expect(status).toBe(201);
    service.secrets.remember('secret', new URL(body.invitation.url).hash.slice(1));
    expectProblem(await invite({ role: 'OWNER' }, admin), 403, 'right.missing');
    const { id } = await invited({ role: 'OWNER' });
    expectProblem(await send('DELETE', `/${id}`, { as: admin }), 403, 'right.missing');
  });

  it('another team finds nothing', async () => {
    const { id } = await invited();
    expectProblem(await send('DELETE', `/${id}`, { as: grace }), 404, 'invitation.not_found');
    expect((await send<{ items: [] }>('GET', '', { as: grace })).body.items).toEqual([]);
  });
});

test('the audit events tell of invitations, and not of whom', async () => {
  const { id } = await invited();
  await send('DELETE', `/${id}`);
  const answer = await service.send<{ items: { type: string; summary: string }[] }>(
    'GET',
    '/v1/audit/events',
    { as: owner },
  );
  expect(answer.body.items.slice(-2).map(({ type, summary }) => [type, summary])).toEqual([
    ['MemberInvited', 'Invited somebody with the role USER.'],
    ['MemberRemoved', 'Withdrew an invitation.'],
  ]);
  expect(answer.text).not.toContain(grace.email);
});

test('an invitation that nobody answered expires after seven days', async () => {
  await invited();
  stoppedAt = Date.now() + 7 * 86_400_000;
  expect(await list()).toEqual([]);
});
