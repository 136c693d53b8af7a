import type { MemberView } from '../../src/application/team/member-view.js';
import type { Role } from '../../src/domain/team/events.js';
import { bearer, type Caller, type Sending } from '../support/http-client.js';
import { keyCalls } from '../support/key-calls.js';
import { join } from '../support/members.js';
import { readInPages } from '../support/pages.js';
import type { NewKey, Owner } from '../support/people.js';
import { expectProblem, pointersOf } from '../support/problems.js';
import { startTestService, type TestService } from '../support/service.js';

interface OneMember {
  readonly member: MemberView;
}

interface Person extends Caller {
  readonly userId: string;
}

/** The service's time: it goes on as it does everywhere until a test stops it at an instant. */
let stoppedAt: number | undefined;
const now = () => new Date(stoppedAt ?? Date.now());

let service: TestService;
let owner: Owner;

beforeAll(async () => {
  service = await startTestService({}, { now });
});

afterAll(() => service.stop());

afterEach(() => {
  stoppedAt = undefined;
});

beforeEach(async () => {
  owner = await service.signUp();
});

function send<Body = OneMember>(method: string, path: string, sending: Sending = {}) {
  return service.send<Body>(method, `/v1/members${path}`, { as: owner, ...sending });
}

const change = (userId: string, role: unknown, sending: Sending & { until?: unknown } = {}) => {
  const { until, ...rest } = sending;
  return send('PATCH', `/${userId}`, { body: { role, ...(until !== undefined && { until }) }, ...rest });
};
const remove = (userId: string, sending: Sending = {}) => send('DELETE', `/${userId}`, sending);
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
const inDays = (days: number) => inSeconds(days * 86_400);

async function joined(role: Role): Promise<Person> {
  const as = await join(service, owner, role);
  const { body } = await service.send<{ user: { id: string } }>('GET', '/v1/me', { as });
  return { ...as, userId: body.user.id };
}

const tokenOf = (as: Caller, fields: object = {}) =>
  service.createKey(as, { type: 'personal_token', ...fields });
const verdictOn = async ({ secret }: NewKey, question: object = {}) =>
  (await service.verify(owner, { key: secret, ...question })).body.code;
const currentRole = async (as: Caller) =>
  (await service.send<{ currentTeam?: { role: string } }>('GET', '/v1/me', { as })).body.currentTeam?.role;

describe('the members of a team', () => {
  it('are listed, who joined last first, in pages', async () => {
    const [admin, user] = [await joined('ADMIN'), await joined('USER')];
    const ids = [user.userId, admin.userId, owner.user.id];
    const { items } = (await send<{ items: MemberView[] }>('GET', '')).body;
    expect(items.map(({ userId }) => userId).toSorted()).toEqual(ids.toSorted());
    expect(items.find(({ userId }) => userId === owner.user.id)).toEqual({
      userId: owner.user.id,
      name: owner.user.name,
      email: owner.email,
      role: 'OWNER',
      until: null,
      joinedAt: expect.any(String),
      revision: 2,
    });
    expect(await readInPages(service, '/v1/members', owner)).toEqual(items);
  });

  it('get another role; a repeat changes nothing', async () => {
    const user = await joined('USER');
    const first = await change(user.userId, 'ADMIN');
    expect(first.body.member).toMatchObject({ userId: user.userId, role: 'ADMIN', until: null });
    expect(await currentRole(user)).toBe('ADMIN');
    const repeated = await change(user.userId, 'ADMIN');
    expect([repeated.status, repeated.body]).toEqual([200, first.body]);
    const read = await send('GET', `/${user.userId}`);
    expect([read.body, read.headers.etag]).toEqual([first.body, first.headers.etag]);
  });

  it('are audited by somebody until a date, to the very instant', async () => {
    const auditor = await joined('AUDITOR');
    // So soon that the service's clock does not count as wrong when it stands there.
    const until = inSeconds(2);
    expect((await change(auditor.userId, 'AUDITOR', { until })).body.member).toMatchObject({ until });
    stoppedAt = Date.parse(until) - 1;
    expect(await currentRole(auditor)).toBe('AUDITOR');
    stoppedAt = Date.parse(until);
    expectProblem(await service.send('GET', '/v1/me', { as: auditor }), 404, 'team.not_found');
    expect((await change(auditor.userId, 'AUDITOR', { until: null })).body.member.until).toBeNull();
    expect(await currentRole(auditor)).toBe('AUDITOR');
    const promoted = await change(auditor.userId, 'ADMIN', { until: inDays(1) });
    expect(pointersOf(expectProblem(promoted, 400, 'member.until_needs_auditor'))).toEqual(['/until']);
  });

  it.each([0, -1, 36_501])('do not audit until %i days from now', async (days) => {
    const user = await joined('USER');
    const answer = await change(user.userId, 'AUDITOR', { until: inDays(days) });
    expect(pointersOf(expectProblem(answer, 400, 'member.until_invalid'))).toEqual(['/until']);
  });

  it.each([
    ['owner', '/role'],
    [null, '/role'],
    [undefined, '/role'],
  ])('have no role %j', async (role, pointer) => {
    const answer = await change(owner.user.id, role);
    expect(pointersOf(expectProblem(answer, 400, 'request.invalid'))).toContain(pointer);
  });

  it('change only at the revision that was seen', async () => {
    const user = await joined('USER');
    const { etag } = (await send('GET', `/${user.userId}`)).headers;
    await joined('USER');
    const ifMatch = { headers: { 'if-match': String(etag) } };
    const tries = await Promise.all([
      change(user.userId, 'ADMIN', ifMatch),
      change(user.userId, 'AUDITOR', ifMatch),
      remove(user.userId, ifMatch),
    ]);
    const statuses = tries.map(({ status }) => status).toSorted();
    expect([etag, statuses]).toEqual([expect.any(String), [expect.any(Number), 412, 412]]);
  });
});

describe('the last owner', () => {
  it('stays, and stays an owner', async () => {
    await joined('ADMIN');
    expectProblem(await remove(owner.user.id), 409, 'member.last_owner');
    for (const role of ['ADMIN', 'USER', 'AUDITOR']) {
      expectProblem(await change(owner.user.id, role), 409, 'member.last_owner');
    }
    const until = inDays(1);
    expectProblem(await change(owner.user.id, 'AUDITOR', { until }), 409, 'member.last_owner');
    const invited = { email: owner.email, role: 'USER' };
    const made = await service.send<{ invitation: { url: string } }>('POST', '/v1/invitations', {
      as: owner,
      body: invited,
    });
    const invitation = new URL(made.body.invitation.url).hash.slice(1);
    service.secrets.remember('secret', invitation);
    const { email, password } = owner;
    const signedIn = await service.send('POST', '/v1/sign-in', { body: { email, password, invitation } });
    expectProblem(signedIn, 409, 'invitation.for_member');
    expect(await currentRole(owner)).toBe('OWNER');
  });

  it('is one of two who demote each other at the same moment, however often they do', async () => {
    const second = await joined('OWNER');
    for (let n = 0; n < 5; n++) {
      const answers = await Promise.all([
        change(second.userId, 'USER'),
        change(owner.user.id, 'AUDITOR', { as: second, until: inDays(1) }),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, expect.any(Number)]);
      const roles = [await currentRole(owner), await currentRole(second)];
      expect(roles.filter((role) => role === 'OWNER')).toHaveLength(1);
      const [left, fallen] = roles[0] === 'OWNER' ? [owner, second.userId] : [second, owner.user.id];
      await change(fallen, 'OWNER', { as: left });
    }
  });

  it('makes the last owner nobody who was one a moment ago', async () => {
    const [second, friend] = [await joined('OWNER'), await joined('USER')];
    for (let n = 0; n < 5; n++) {
      const [, promoted] = await Promise.all([
        change(second.userId, 'USER'),
        change(friend.userId, 'OWNER', { as: second }),
      ]);
      const { body } = await service.send<{ items: { type: string; actor: { id: string } }[] }>(
        'GET',
        '/v1/audit/events?limit=200',
        { as: owner },
      );
      const changes = body.items.filter(({ type }) => type === 'MemberRoleChanged');
      // Either it was done before the demotion, or it was not done.
      expect(changes.at(-1)?.actor.id).toBe(owner.user.id);
      if (promoted.status !== 200) expect(promoted.status).toBe(403);
      await change(friend.userId, 'USER');
      await change(second.userId, 'OWNER');
    }
  });

  it('is one of two who leave at the same moment', async () => {
    const second = await joined('ADMIN');
    await change(second.userId, 'OWNER');
    const answers = await Promise.all([
      remove(owner.user.id),
      remove(second.userId, { as: second }),
      change(owner.user.id, 'USER', { as: second }),
      change(second.userId, 'USER'),
    ]);
    expect(answers.some(({ status }) => status < 300)).toBe(true);
    const asked = (await currentRole(owner)) === 'OWNER' ? owner : second;
    const { items } = (await send<{ items: MemberView[] }>('GET', '', { as: asked })).body;
    expect(items.filter(({ role }) => role === 'OWNER')).toHaveLength(1);
  });
});

describe('who was demoted a moment ago', () => {
  it('changes neither the policy nor a project any more, not by a personal token either', async () => {
    const admin = await joined('ADMIN');
    const { secret } = await tokenOf(admin, { scopes: ['project'], role: 'admin' });
    const project = `/v1/projects/${owner.project.id}`;
    const as = [admin, bearer(secret)];
    for (let n = 0; n < 5; n++) {
      const answers = await Promise.all([
        change(admin.userId, 'USER'),
        service.send('PATCH', '/v1/team', { as: admin, body: { rotateEveryDays: n + 1 } }),
        service.send('POST', '/v1/projects', { as: admin, body: { name: `Project ${n}` } }),
        ...as.map((one, i) => service.send('PATCH', project, { as: one, body: { name: `${n} of ${i}` } })),
      ]);
      expect(answers[0].status).toBe(200);
      const { body } = await service.send<{ items: { type: string; actor: { id: string } }[] }>(
        'GET',
        '/v1/audit/events?limit=200',
        { as: owner },
      );
      const types = body.items.map(({ type }) => type);
      const after = types.slice(types.lastIndexOf('MemberRoleChanged') + 1);
      expect(after).toEqual([]);
      for (const { status } of answers) expect([200, 201, 403]).toContain(status);
      await change(admin.userId, 'ADMIN');
    }
  });
});

describe('a personal token follows its user at once', () => {
  it('when they are demoted', async () => {
    const admin = await joined('ADMIN');
    const token = await tokenOf(admin, { scopes: ['project', 'keys'], role: 'admin' });
    expect(await verdictOn(token, { permission: 'keys:manage' })).toBe('VALID');
    await change(admin.userId, 'USER');
    expect(await verdictOn(token, { permission: 'keys:manage' })).toBe('INSUFFICIENT_SCOPE');
    expect(await verdictOn(token, { permission: 'models:train' })).toBe('VALID');
    expectProblem(await service.send('GET', '/v1/keys', { as: bearer(token.secret) }), 403, 'right.missing');
    await change(admin.userId, 'AUDITOR');
    expect(await verdictOn(token, { permission: 'models:train' })).toBe('INSUFFICIENT_SCOPE');
    await change(admin.userId, 'ADMIN');
    expect(await verdictOn(token, { permission: 'keys:manage' })).toBe('VALID');
  });

  it('when they are removed, like their sessions', async () => {
    const user = await joined('USER');
    const token = await tokenOf(user);
    expect((await remove(user.userId)).status).toBe(204);
    expect(await verdictOn(token)).toBe('USER_NOT_ENTITLED');
    expectProblem(
      await service.send('GET', '/v1/whoami', { as: bearer(token.secret) }),
      401,
      'credential.wrong',
    );
    expectProblem(await service.send('GET', '/v1/me', { as: user }), 404, 'team.not_found');
    expectProblem(await remove(user.userId), 404, 'member.not_found');
  });

  it('when they leave; what others own stays', async () => {
    const user = await joined('USER');
    const token = await tokenOf(user);
    const shared = await service.createKey(owner);
    expect((await remove(user.userId, { as: user })).status).toBe(204);
    expect([await verdictOn(token), await verdictOn(shared)]).toEqual(['USER_NOT_ENTITLED', 'VALID']);
    expect((await keyCalls(service, owner).read(token.key.id)).body.key.status).toBe('ACTIVE');
  });
});

describe('who may', () => {
  it('ADMIN manages everybody but owners, and makes none', async () => {
    const [admin, user] = [await joined('ADMIN'), await joined('USER')];
    expect((await change(user.userId, 'AUDITOR', { as: admin })).status).toBe(200);
    expectProblem(await change(user.userId, 'OWNER', { as: admin }), 403, 'right.missing');
    expectProblem(await change(admin.userId, 'OWNER', { as: admin }), 403, 'right.missing');
    expectProblem(await change(owner.user.id, 'USER', { as: admin }), 403, 'right.missing');
    expectProblem(await remove(owner.user.id, { as: admin }), 403, 'right.missing');
    expect((await remove(user.userId, { as: admin })).status).toBe(204);
  });

  it('AUDITOR reads, USER sees nobody, and both leave', async () => {
    const [auditor, user] = [await joined('AUDITOR'), await joined('USER')];
    expect((await send('GET', '', { as: auditor })).status).toBe(200);
    expectProblem(await change(user.userId, 'ADMIN', { as: auditor }), 403, 'right.missing');
    expectProblem(await change(auditor.userId, 'ADMIN', { as: auditor }), 403, 'right.missing');
    expectProblem(await remove(user.userId, { as: auditor }), 403, 'right.missing');
    expectProblem(await send('GET', '', { as: user }), 403, 'right.missing');
    expectProblem(await change(user.userId, 'ADMIN', { as: user }), 404, 'member.not_found');
    expectProblem(await remove(owner.user.id, { as: user }), 404, 'member.not_found');
    for (const one of [auditor, user]) expect((await remove(one.userId, { as: one })).status).toBe(204);
  });

  it('no key has a say, not even the token of an owner', async () => {
    const user = await joined('USER');
    const { secret } = await tokenOf(owner, { scopes: ['project', 'keys'], role: 'admin' });
    const as = bearer(secret);
    expectProblem(await send('GET', '', { as }), 403, 'right.missing');
    expectProblem(await change(user.userId, 'ADMIN', { as }), 404, 'member.not_found');
    expectProblem(await remove(user.userId, { as }), 404, 'member.not_found');
  });

  it('another team finds nobody', async () => {
    const [stranger, user] = [await service.signUp(), await joined('USER')];
    const answers = [
      await send('GET', `/${user.userId}`, { as: stranger }),
      await change(user.userId, 'OWNER', { as: stranger }),
      await remove(user.userId, { as: stranger }),
      await remove('nonsense'),
    ];
    const details = answers.map((answer) => expectProblem(answer, 404, 'member.not_found').detail);
    expect(new Set(details).size).toBe(1);
  });
});

test('the audit events tell what happened to a member', async () => {
  const user = await joined('USER');
  await change(user.userId, 'ADMIN');
  await remove(user.userId);
  const { body } = await service.send<{ items: { type: string; summary: string }[] }>(
    'GET',
    '/v1/audit/events',
    { as: owner },
  );
  expect(body.items.slice(-2).map(({ type, summary }) => [type, summary])).toEqual([
    ['MemberRoleChanged', 'Gave a member the role ADMIN.'],
    ['MemberRemoved', 'A member left or was removed.'],
  ]);
});
